//! The control plane: one row per tenant in `tenancy.tenants`, and what all of them start with.
//!
//! * [`Registry`]: find, list and change tenants' rows.
//! * [`Seeds`]: whose rows every new tenant starts with.
//! * `limits`: what a tenant is limited to.
//! * [`install`]: the control plane's own migrations.

pub(crate) mod install;
mod limits;
mod row;
pub(crate) mod schema;
pub(crate) mod seeds;
mod store;

pub(crate) use row::TenantRow;
pub use seeds::{Seed, Seeds};
pub use store::{ListTenants, Registry, TenantChange};
