//! Tenants come, change and go.
//!
//! * [`Provisioner`]: create, rename, suspend, activate, archive, drop.
//! * [`NewTenant`]: what a sign-up asks for.
//! * [`ManyOptions`], [`CreateReport`]: many sign-ups at once.

mod clone_template;
mod create;
mod dismantle;
mod drop;
mod lifecycle;
mod many;
mod new_tenant;
mod provisioner;
mod rename;
mod room;

pub use many::{CreateOutcome, CreateReport, Creation, ManyOptions};
pub use new_tenant::NewTenant;
pub use provisioner::Provisioner;
