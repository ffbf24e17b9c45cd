use chrono::{DateTime, Utc};
use serde::Serialize;
use tenancy_core::name::SchemaName;
use tenancy_core::tenant::TenantId;

/// A clone of the template that waits for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spare {
    /// The id that its tenant will have.
    pub id: TenantId,
    /// Where it stands until then.
    pub schema: SchemaName,
    /// The newest migration in it.
    pub version: Option<String>,
    /// Whether a sign-up may have it.
    pub standing: SpareStanding,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Whether a sign-up may have a spare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpareStanding {
    /// It is a clone of the template as it is now.
    Ready,
    /// The template has changed since, or it is not whole; nobody gets it.
    Stale,
    /// Some of it is dropped already.
    Dropping,
}

impl std::fmt::Display for SpareStanding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Ready => "ready",
            Self::Stale => "stale",
            Self::Dropping => "dropping",
        })
    }
}
