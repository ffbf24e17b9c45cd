use serde::Serialize;
use tenancy_core::fleet::{Direction, RunId, RunState};
use tenancy_core::name::TenantSlug;

use super::TenantReport;

/// What happens in a run, as it happens.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FleetEvent<'a> {
    /// Another run is under way, and this one waits for its end.
    Waiting {
        /// Who it is.
        holder: &'a str,
    },
    /// The run is in the ledger.
    Begun {
        /// Its number.
        run: RunId,
        /// Which way.
        direction: Direction,
        /// Whether it goes on with what it had begun before.
        resumed: bool,
        /// Earlier runs that were not finished, and never will be.
        superseded: &'a [RunId],
    },
    /// The template could not be locked and is tried again later; sign-ups go on until then.
    TemplateRetry {
        /// Which attempt was in vain, from 1.
        attempt: u32,
        /// What was in the way.
        reason: &'a str,
        /// When it is tried again, in milliseconds from now.
        after_ms: u64,
    },
    /// The template is done.
    Template {
        /// The names of the migrations that were applied to it or reverted.
        migrations: &'a [String],
    },
    /// It is known who is to be done.
    Planned {
        /// How many tenants.
        tenants: usize,
        /// In how many waves.
        waves: usize,
    },
    /// A wave begins.
    Wave {
        /// Which, from 1.
        wave: usize,
        /// Whether a failure in it ends the run.
        canary: bool,
        /// How many tenants.
        tenants: usize,
    },
    /// A tenant is finished.
    Tenant(&'a TenantReport),
    /// A tenant could not be locked and is tried again later.
    Retry {
        /// The tenant.
        slug: &'a TenantSlug,
        /// Which attempt was in vain, from 1.
        attempt: u32,
        /// What was in the way.
        reason: &'a str,
        /// When it is tried again, in milliseconds from now.
        after_ms: u64,
    },
    /// Other sessions are slow, and nothing new is begun until they are faster again.
    Throttled {
        /// The 99th percentile of their latency, in milliseconds.
        p99_ms: f64,
    },
    /// Other sessions are fast enough again, and the run goes on.
    GoesOn,
    /// A tenant was dropped before its turn came, or has no schema of its own any more.
    Gone {
        /// What it was called.
        slug: &'a TenantSlug,
    },
    /// The run ended.
    Ended {
        /// How.
        state: RunState,
        /// Why, unless everything is done.
        reason: Option<&'a str>,
    },
}
