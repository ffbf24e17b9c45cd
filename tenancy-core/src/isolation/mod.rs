//! What a session looks like while a tenant is served, and how that is proved.
//!
//! * [`SessionPlan`]: what the pin sets and what must be read back; plain data, made from an
//!   [`ActiveTenant`](crate::tenant::ActiveTenant).
//! * [`pin`]: the one statement that pins a session.
//! * [`Gate`]: the batch that proves at check-in that a session is still the pinned one, and wipes it;
//!   [`Statements`]: what becomes of its prepared statements.
//! * [`Scope`]: whether a session or one transaction is pinned; [`TransactionFrame`]: the batches around a pinned
//!   transaction, [`Access`]: what it may do, [`Refusal`]: why it was not committed.
//! * [`SharedSchemas`]: the schemas that every tenant sees behind its own.
//! * [`TenantRoles`]: whether tenants get roles of their own.
//! * [`SessionDefaults`]: settings that every session starts with, also after a wipe.
//!
//! The database is never told to `DISCARD ALL`: that deallocates the statements that Diesel believes to be
//! prepared.

mod defaults;
mod frame;
mod gate;
pub mod pin;
mod plan;
mod refusal;
mod roles;
mod scope;
mod shared;

pub use defaults::SessionDefaults;
pub use frame::{Access, CONTROL_PATH, TransactionFrame};
pub use gate::{Gate, Statements, wipe};
pub use plan::{PlanError, SessionPlan};
pub use refusal::Refusal;
pub use roles::{TenantRoles, UnknownTenantRoles};
pub use scope::Scope;
pub use shared::SharedSchemas;
