use serde::Serialize;

use super::{File, Rule, Severity};

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The migration.
    pub migration: String,
    /// Which of its files.
    pub file: File,
    /// Where, from 1.
    pub line: usize,
    /// The rule.
    pub rule: Rule,
    /// How much it matters here.
    pub severity: Severity,
    /// What it does.
    pub what: String,
    /// What to do instead.
    pub remedy: &'static str,
}
