//! Migrations of the template and of every tenant.
//!
//! * [`Fleet`]: plan, migrate, revert, status, exec.
//! * [`FleetReport`]: what happened to whom; made whatever happened.
//! * [`blockers`]: who is in the way. [`session_name`]: what a run's own sessions are called.
//! * [`neighbours`]: what other sessions feel of a run.
//! * [`worker`]: one tenant. [`crew`]: many workers. [`apply`]: one migration in one schema.
//!
//! What a tenant has is recorded twice: in its own schema, by Diesel's bookkeeping table, and in its registry
//! row, in the same transaction. The registry answers for the whole fleet in one query; the schema has the last
//! word when the two differ.

mod apply;
mod blocker;
mod blockers;
mod crew;
mod exec;
mod exec_row;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod fleet;
mod holder;
mod lock_row;
#[allow(dead_code, reason = "a run is to watch; nobody does yet")]
mod neighbours;
#[allow(dead_code, reason = "a run is to watch; nobody does yet")]
mod probe;
mod report;
#[allow(dead_code, reason = "a run is to name its sessions; none does yet")]
mod session_name;
mod subjects;
mod template;
mod worker;

pub use blocker::Blocker;
pub use exec::ExecResult;
pub use exec_row::ExecRow;
pub use fleet::{Fleet, RunOptions, TenantStanding};
pub use holder::Holder;
pub use report::{FleetReport, TenantReport};
pub use template::TemplateStanding;
