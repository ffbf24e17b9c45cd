//! Migrations of the template and of every tenant.
//!
//! * [`Fleet`]: plan, migrate, revert, status, exec.
//! * [`FleetReport`]: what happened to whom; made whatever happened.
//! * [`worker`]: one tenant. [`crew`]: many workers. [`apply`]: one migration in one schema.
//!
//! What a tenant has is recorded twice: in its own schema, by Diesel's bookkeeping table, and in its registry
//! row, in the same transaction. The registry answers for the whole fleet in one query; the schema has the last
//! word when the two differ.

mod apply;
mod crew;
mod exec;
mod exec_row;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod fleet;
mod report;
mod subjects;
mod template;
mod worker;

pub(crate) use apply::{Target, apply};
pub use exec::ExecResult;
pub use exec_row::ExecRow;
pub use fleet::{Fleet, RunOptions, TenantStanding};
pub use report::{FleetReport, TenantReport};
pub(crate) use subjects::{Which, read as read_subjects};
pub use template::TemplateStanding;
pub(crate) use template::find;
