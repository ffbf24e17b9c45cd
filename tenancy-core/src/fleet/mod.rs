//! Which migrations which tenant needs, and how a run over all of them goes: pure planning.
//!
//! * [`Catalog`]: the migrations there are, in order. [`Migration`]: one of them.
//! * [`Subject`]: a tenant and what was applied to it.
//! * [`Policy`]: canaries, waves, limits. [`FleetPlan`]: catalogue × subjects × policy → [`Wave`]s.
//! * [`sample()`]: which of them stand for all in a trial.
//! * [`ErrorBudget`], [`GroupSize`], [`Pacer`], [`Backoff`]: what a runner decides on its way.
//! * [`Latencies`], [`LatencySummary`], [`Throttle`]: what others feel of a run, and how it gives way.
//! * [`RunnerName`]: what its sessions are called.
//! * [`RunId`], [`RunState`], [`TenantState`]: what the ledger says of a run.

mod backoff;
mod budget;
mod catalog;
mod group_size;
mod histogram;
mod latency;
mod latency_summary;
mod pacer;
mod plan;
mod policy;
mod run;
mod runner_name;
mod sample;
mod throttle;
mod wave;

pub use backoff::Backoff;
pub use budget::ErrorBudget;
pub use catalog::{Catalog, CatalogError, Migration};
pub use group_size::GroupSize;
pub use latency::Latencies;
pub use latency_summary::LatencySummary;
pub use pacer::Pacer;
pub use plan::{FleetPlan, Subject};
pub use policy::{Canaries, Policy};
pub use run::{Direction, RunId, RunState, TenantState, UnknownWord};
pub use runner_name::RunnerName;
pub use sample::sample;
pub use throttle::Throttle;
pub use wave::{TenantPlan, Wave};
