use chrono::{DateTime, Utc};
use serde::Serialize;
use tenancy_core::fleet::TenantState;
use tenancy_core::tenant::TenantId;

/// A tenant of a run, as it is on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunTenant {
    /// The tenant.
    pub id: TenantId,
    /// What it is called; what it was called when the run began, if it was dropped.
    pub slug: String,
    /// Where its tables are, or were.
    pub schema: String,
    /// The number of its wave, from 0.
    pub wave: i32,
    /// Whether a failure of it ends the run.
    pub canary: bool,
    /// How it stands.
    pub state: TenantState,
    /// How often it was tried.
    pub attempts: i32,
    /// The newest migration it had when the run began.
    pub from_version: Option<String>,
    /// The newest migration it had after the last that the run applied or reverted.
    pub to_version: Option<String>,
    /// How long its migrations took; of groups, its share.
    pub milliseconds: f64,
    /// Why it failed. It stays until the tenant is done.
    pub error: Option<String>,
    /// Who worked on it.
    pub worker: Option<String>,
    /// When the first transaction began that worked on it.
    pub began_at: Option<DateTime<Utc>>,
    /// When it was done, or failed.
    pub finished_at: Option<DateTime<Utc>>,
}
