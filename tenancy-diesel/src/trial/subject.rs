use std::time::Duration;

use serde::{Serialize, Serializer};
use tenancy_core::name::{SchemaName, TenantSlug};

use super::MigrationTrial;

/// What the pending migrations did to one clone.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectTrial {
    /// The tenant that was cloned; none for the template.
    pub slug: Option<TenantSlug>,
    /// The schema that was cloned.
    pub schema: SchemaName,
    /// How many rows the clone had, the bookkeeping of migrations aside; none when it was made without, or not at all.
    pub rows: Option<u64>,
    /// The migrations that were applied, oldest first.
    pub migrations: Vec<MigrationTrial>,
    /// What was left out.
    pub not_tried: Option<NotTried>,
    /// What went wrong, naming the migration and what PostgreSQL said. Later migrations were not tried.
    pub error: Option<String>,
    /// How long it took, the clone included, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

/// Migrations that cannot be tried. That is no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotTried {
    /// Their names, oldest first.
    pub migrations: Vec<String>,
    /// Why not the first; the others need it.
    pub reason: String,
}

impl SubjectTrial {
    pub(super) fn new(slug: Option<TenantSlug>, schema: SchemaName) -> Self {
        Self {
            slug,
            schema,
            rows: None,
            migrations: Vec::new(),
            not_tried: None,
            error: None,
            took: Duration::ZERO,
        }
    }

    /// Whether everything that was tried went well, and can be undone as far as that was asked.
    pub fn is_success(&self) -> bool {
        self.error.is_none() && self.migrations.iter().all(MigrationTrial::is_success)
    }
}

pub(super) fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
