//! Tenants come, change and go.
//!
//! * [`Provisioner`]: create, clone, rename, suspend, activate, archive, drop.
//! * [`Spares`]: clones that wait for sign-ups.
//! * [`NewTenant`]: what a sign-up asks for; [`TenantCopy`]: what a clone of a tenant is to be.
//! * [`ManyOptions`], [`CreateReport`]: many sign-ups at once.

mod behind_template;
mod captured;
mod clone_schema;
mod clone_tenant;
mod create;
mod dismantle;
mod drop;
mod examine_template;
mod lifecycle;
mod many;
mod new_tenant;
mod origin;
mod provisioner;
mod rename;
mod retarget;
mod room;
mod scratch;
mod spares;
mod tenant_copy;

pub use many::{CreateOutcome, CreateReport, Creation, ManyOptions};
pub use new_tenant::NewTenant;
pub use provisioner::Provisioner;
pub(crate) use scratch::{Scratch, Tried};
pub(crate) use spares::refiller;
pub use spares::{Spare, SpareStanding, Spares, SparesReport};
pub use tenant_copy::TenantCopy;
