use super::allow::Allowed;
use super::history::History;
use super::reading::Reading;
use super::{File, MigrationText, Rule, Severity, Warning, rules};
use crate::lexer;
use crate::migration::{Statements, is_in_rust};
use crate::name::SchemaNaming;

/// Reads `migrations`, oldest first, and says what hurts: in production, or in a fleet of tenants whose template and
/// prefix are `naming`'s. What a later one does to an earlier one's table is judged by both, so pass all that there are.
///
/// ```
/// # use tenancy_core::migration::lint::{MigrationText, Rule, lint};
/// let email = MigrationText {
///     name: "2026-03-01-000000_email",
///     up: "ALTER TABLE customers ADD COLUMN email text NOT NULL",
///     down: Some("ALTER TABLE customers DROP COLUMN email"),
///     transactional: true,
/// };
/// let warnings = lint(&[email], &Default::default());
/// assert_eq!((warnings[0].rule, warnings[0].line), (Rule::AddNotNullColumn, 1));
/// ```
pub fn lint(migrations: &[MigrationText<'_>], naming: &SchemaNaming) -> Vec<Warning> {
    let mut history = History::default();
    let mut warnings = Vec::new();
    for migration in migrations {
        let from = warnings.len();
        let mut allowed = Vec::new();
        history.begin_migration();
        let in_rust = is_in_rust(migration.up).unwrap_or(false);
        for (file, text) in [(File::Up, Some(migration.up)), (File::Down, migration.down)] {
            let mut reading = Reading {
                migration: migration.name,
                file,
                transactional: migration.transactional,
                naming,
                history: &mut history,
                warnings: &mut warnings,
            };
            read(&mut reading, text, in_rust, &mut allowed);
        }
        let new = warnings.split_off(from);
        warnings.extend(new.into_iter().filter(|warning| !allowed.contains(&warning.rule)));
        warnings[from..].sort_by_key(|warning| (warning.file, warning.line));
    }
    warnings
}

fn read(reading: &mut Reading<'_>, text: Option<&str>, in_rust: bool, allowed: &mut Vec<Rule>) {
    let up = reading.is_up();
    let Some(sql) = text else {
        if !up && !in_rust {
            reading.warn(1, Rule::MissingDown, "there is no down.sql");
        }
        return;
    };
    if up && sql.is_empty() {
        return reading.warn(1, Rule::EmptyUp, "up.sql is empty, which Diesel does not run");
    }
    let (Ok(scanned), Ok(statements)) = (lexer::scan_all(sql), Statements::split(sql)) else {
        let line = Statements::split(sql).err().map_or(1, |endless| endless.line);
        return reading.warn(line, Rule::Unreadable, "a quote or comment that begins here has no end");
    };
    let comments = Allowed::read(sql, &scanned.comments);
    for (line, wrong) in comments.bad {
        reading.warn(line, Rule::BadAllowance, wrong);
    }
    allowed.extend(comments.rules);
    if statements.is_empty() && !in_rust {
        if up {
            reading.warn_as(Severity::Warning, 1, Rule::EmptyUp, "up.sql does nothing");
        } else {
            reading.warn(1, Rule::MissingDown, "down.sql does nothing");
        }
    }
    if !reading.transactional && statements.len() > 1 {
        let severity = if up { Severity::Warning } else { Severity::Hint };
        let line = statements.iter().nth(1).map_or(1, super::super::Statement::line);
        let what = format!("{} statements run one by one", statements.len());
        reading.warn_as(severity, line, Rule::SeveralOutsideTransaction, what);
    }
    rules::apply(reading, &statements);
}
