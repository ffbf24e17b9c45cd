//! Which migrations which tenant needs, and how a run over all of them goes: pure planning.
//!
//! * [`Catalog`]: the migrations there are, in order. [`Migration`]: one of them.
//! * [`Subject`]: a tenant and what was applied to it.
//! * [`Policy`]: canaries, waves, limits. [`FleetPlan`]: catalogue × subjects × policy → [`Wave`]s.
//! * [`sample()`]: which of them stand for all in a trial.
//! * [`ErrorBudget`], [`GroupSize`], [`Pacer`], [`Backoff`]: what a runner decides on its way.
//! * [`RunId`], [`RunState`], [`TenantState`]: what the ledger says of a run.

mod backoff;
mod budget;
mod catalog;
mod group_size;
mod pacer;
mod plan;
mod policy;
mod run;
mod sample;
mod wave;

pub use backoff::Backoff;
pub use budget::ErrorBudget;
pub use catalog::{Catalog, CatalogError, Migration};
pub use group_size::GroupSize;
pub use pacer::Pacer;
pub use plan::{FleetPlan, Subject};
pub use policy::{Canaries, Policy};
pub use run::{Direction, RunId, RunState, TenantState, UnknownWord};
pub use sample::sample;
pub use wave::{TenantPlan, Wave};
