//! The control plane: one row per tenant in `tenancy.tenants`.
//!
//! * [`Registry`]: find, list and change tenants' rows.
//! * `limits`: what a tenant is limited to.
//! * [`install`]: the control plane's own migrations.

pub(crate) mod install;
mod limits;
mod row;
pub(crate) mod schema;
mod store;

pub(crate) use row::TenantRow;
pub use store::{ListTenants, Registry, TenantChange};
