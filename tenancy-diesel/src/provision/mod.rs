//! Tenants come, change and go.
//!
//! * [`Provisioner`]: create, clone, rename, suspend, activate, archive, drop.
//! * [`NewTenant`]: what a sign-up asks for; [`TenantCopy`]: what a clone of a tenant is to be.

mod clone_template;
mod clone_tenant;
mod create;
mod drop;
mod lifecycle;
mod new_tenant;
mod origin;
mod provisioner;
mod rename;
mod tenant_copy;

pub use new_tenant::NewTenant;
pub use provisioner::Provisioner;
pub use tenant_copy::TenantCopy;
