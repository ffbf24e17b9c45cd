use std::time::Duration;

use serde::{Serialize, Serializer};
use tenancy_core::fleet::{LatencySummary, RunId, RunState};
use tenancy_core::name::{SchemaName, TenantSlug};

/// What a run did to whom. It is made whatever happened.
#[derive(Debug, Default, Serialize)]
#[must_use = "what failed is in here, and nowhere else"]
pub struct FleetReport {
    /// The run in the ledger; none when there was nothing to do.
    pub run: Option<RunId>,
    /// How it ended; none when there was nothing to do.
    pub state: Option<RunState>,
    /// The names of the migrations that were applied to (or reverted in) the template.
    pub template: Vec<String>,
    /// Why the template was not migrated. No tenant was touched then.
    pub template_error: Option<String>,
    /// The tenants that had something to do, in the order in which they finished.
    pub tenants: Vec<TenantReport>,
    /// How many tenants had something to do and were not finished, because the run ended before.
    pub not_begun: usize,
    /// How many were dropped before their turn came, or have no schema of their own any more.
    pub gone: usize,
    /// Why it ended before: it was paused, its error budget was spent, the database went away.
    pub stopped: Option<String>,
    /// Who else was migrating, so that this run left the work to them ([`IfRunning::GoOn`](super::IfRunning)).
    pub left_to: Option<String>,
    /// What other sessions felt of it; none when it was too short to tell.
    pub neighbours: Option<LatencySummary>,
    /// How long it all took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

/// What happened to one tenant.
#[derive(Debug, Serialize)]
pub struct TenantReport {
    /// The tenant.
    pub slug: TenantSlug,
    /// Its schema.
    pub schema: SchemaName,
    /// The names of the migrations that were applied or reverted, and stay so whatever failed afterwards.
    pub done: Vec<String>,
    /// What went wrong, naming the migration and what PostgreSQL said.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// How long it took, in milliseconds, waiting for its turn left out.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

impl FleetReport {
    /// Whether everything that was to be done is done.
    pub fn is_success(&self) -> bool {
        self.template_error.is_none()
            && self.stopped.is_none()
            && self.not_begun == 0
            && self.failed().next().is_none()
    }

    /// The tenants that failed.
    pub fn failed(&self) -> impl Iterator<Item = &TenantReport> {
        self.tenants.iter().filter(|tenant| tenant.error.is_some())
    }
}

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
