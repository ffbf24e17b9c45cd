use std::fmt;

use serde::Serialize;

/// How much a warning matters, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Right in many fleets; worth a thought.
    Hint,
    /// It holds up requests, loses data, or fails in some tenants.
    Warning,
    /// It fails, or reaches beyond its tenant.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
