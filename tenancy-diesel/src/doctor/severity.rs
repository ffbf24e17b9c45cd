use std::fmt;

use serde::Serialize;

/// How much a finding matters, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing. The database counts as healthy.
    Advice,
    /// A protection is missing or will not hold under load.
    Warning,
    /// One tenant can reach, or is answered from, what is not its own.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}
