//! The control plane: one row per tenant in `tenancy.tenants`.
//!
//! * [`Registry`]: find, list and change tenants' rows.
//! * [`install`]: the control plane's own migrations.

pub(crate) mod install;
mod row;
pub(crate) mod schema;
mod store;

pub(crate) use row::TenantRow;
pub use store::{ListTenants, Registry, TenantChange};
