//! Tenants come, change and go.
//!
//! * [`Provisioner`]: create, rename, suspend, activate, archive, drop.
//! * [`NewTenant`]: what a sign-up asks for.

mod clone_template;
mod create;
mod dismantle;
mod drop;
mod lifecycle;
mod new_tenant;
mod provisioner;
mod rename;

pub use new_tenant::NewTenant;
pub use provisioner::Provisioner;
