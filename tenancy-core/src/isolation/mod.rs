//! What a session looks like while a tenant is served, and how that is proved.
//!
//! * [`SessionPlan`]: what the pin sets and what must be read back; plain data, made from an
//!   [`ActiveTenant`](crate::tenant::ActiveTenant).
//! * [`pin`]: the one statement that pins a session.
//! * [`Gate`]: the batch that proves at check-in that a session is still the pinned one, and wipes it;
//!   [`Statements`]: what becomes of its prepared statements.
//! * [`SharedSchemas`]: the schemas that every tenant sees behind its own.
//! * [`TenantRoles`]: whether tenants get roles of their own.
//! * [`SessionDefaults`]: settings that every session starts with, also after a wipe.
//!
//! The database is never told to `DISCARD ALL`: that deallocates the statements that Diesel believes to be
//! prepared.

mod defaults;
mod gate;
pub mod pin;
mod plan;
mod roles;
mod shared;

pub use defaults::SessionDefaults;
pub use gate::{Gate, Statements};
pub use plan::{PlanError, SessionPlan};
pub use roles::{TenantRoles, UnknownTenantRoles};
pub use shared::SharedSchemas;
