//! Migrations of the template and of every tenant.
//!
//! * [`Fleet`]: plan, status, migrate, resume, revert, redo, exec. [`RunOptions`], [`Stop`], [`IfRunning`]: how.
//! * [`FleetEvent`]: what happens, as it happens. [`FleetReport`]: what happened to whom; made whatever happened.
//! * [`outlook`]: whether there is anything to do. [`run`]: a run begins. [`conduct`]: the template, wave after wave.
//! * [`queue`], [`worker`]: who does whom. [`group`]: many tenants in one transaction. [`alone`]: one tenant.
//!   [`apply`]: one migration in one schema.
//! * [`invalid_indexes`]: what a migration outside of transactions may leave behind.
//! * [`blockers`]: who is in the way. [`session_name`]: what a run's own sessions are called.
//! * [`neighbours`]: what other sessions feel of a run.
//!
//! What a tenant has is recorded twice: in its own schema, by Diesel's bookkeeping table, and in its registry
//! row, in the same transaction (and so is the run's own ledger). The registry answers for the whole fleet in one query;
//! the schema has the last word when the two differ.

mod alone;
mod apply;
mod blocker;
mod blockers;
mod conduct;
mod desk;
mod event;
mod exec;
mod exec_row;
mod failure;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod fleet;
mod group;
#[cfg(all(test, feature = "embedded"))]
mod group_tests;
mod holder;
mod home;
mod invalid_indexes;
mod lock_row;
mod member;
mod neighbours;
mod options;
mod outlook;
mod patience;
mod probe;
mod queue;
mod redo;
mod report;
mod revert;
mod run;
mod session_name;
mod stop;
mod subjects;
mod target;
mod template;
mod worker;

pub(crate) use apply::apply;
pub use blocker::Blocker;
pub use event::FleetEvent;
pub use exec::ExecResult;
pub use exec_row::ExecRow;
pub use failure::FleetError;
pub use fleet::{Fleet, TenantStanding};
pub use holder::Holder;
pub use options::{IfRunning, RunOptions};
pub use redo::Redone;
pub use report::{FleetReport, TenantReport};
pub use revert::{Revert, RevertPlan};
pub use stop::Stop;
pub(crate) use subjects::{Which, read as read_subjects};
pub(crate) use target::Target;
pub use template::TemplateStanding;
pub(crate) use template::find;
