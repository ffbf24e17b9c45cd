use super::cursor::Cursor;
use super::history::History;
use super::{File, Rule, Severity, Warning};
use crate::migration::Statement;
use crate::name::SchemaNaming;

/// One file of one migration while it is read.
pub(super) struct Reading<'r> {
    pub(super) migration: &'r str,
    pub(super) file: File,
    pub(super) transactional: bool,
    pub(super) naming: &'r SchemaNaming,
    pub(super) history: &'r mut History,
    pub(super) warnings: &'r mut Vec<Warning>,
}

impl Reading<'_> {
    pub(super) fn warn(&mut self, line: usize, rule: Rule, what: impl Into<String>) {
        self.warn_as(rule.severity(), line, rule, what);
    }

    pub(super) fn warn_as(&mut self, severity: Severity, line: usize, rule: Rule, what: impl Into<String>) {
        self.warnings.push(Warning {
            migration: self.migration.to_owned(),
            file: self.file,
            line,
            rule,
            severity,
            what: what.into(),
            remedy: rule.remedy(),
        });
    }

    /// At the first word of a part of a statement.
    pub(super) fn warn_at(&mut self, cursor: &Cursor<'_, '_>, rule: Rule, what: impl Into<String>) {
        self.warn(cursor.line(), rule, what);
    }

    /// At a statement.
    pub(super) fn warn_of(&mut self, statement: &Statement<'_>, rule: Rule, what: impl Into<String>) {
        self.warn(statement.line(), rule, what);
    }

    /// A down.sql takes away what up.sql gave: what it drops is no news.
    pub(super) fn is_up(&self) -> bool {
        self.file == File::Up
    }
}
