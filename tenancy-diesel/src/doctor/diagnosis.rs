use serde::Serialize;

use super::{Finding, Severity};

/// What an examination came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// The codes of everything that was looked for, whether found or not.
    pub checked: Vec<&'static str>,
}

impl Diagnosis {
    pub(super) fn new(mut findings: Vec<Finding>, checked: Vec<&'static str>) -> Self {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Self { findings, checked }
    }

    /// Whether nothing was found that is more than advice.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Warning)
    }

    /// The finding of this code, if there is one.
    pub fn finding(&self, code: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }
}
