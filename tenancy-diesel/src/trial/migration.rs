use std::time::Duration;

use serde::Serialize;
use tenancy_core::structure::Difference;

use super::Reversal;
use super::subject::milliseconds;

/// What one migration did to a clone.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationTrial {
    /// Its name.
    pub name: String,
    /// In what the schema differs afterwards: what is [missing](tenancy_core::structure::Change::Missing) is gone, what is
    /// [extra](tenancy_core::structure::Change::Extra) is new. Empty when it changed rows at most.
    pub changes: Vec<Difference>,
    /// Whether it can be undone, if that was asked for and every later one was.
    pub reversal: Option<Reversal>,
    /// How long it took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

impl MigrationTrial {
    /// Whether it can be undone, as far as that was asked.
    pub fn is_success(&self) -> bool {
        self.reversal.as_ref().is_none_or(Reversal::is_exact)
    }
}
