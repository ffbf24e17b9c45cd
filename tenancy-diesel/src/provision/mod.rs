//! Tenants come, change and go.
//!
//! * [`Provisioner`]: create, rename, suspend, activate, archive, drop.
//! * [`Spares`]: clones that wait for sign-ups.
//! * [`NewTenant`]: what a sign-up asks for.
//! * [`ManyOptions`], [`CreateReport`]: many sign-ups at once.

mod clone_template;
mod create;
mod dismantle;
mod drop;
mod examine_template;
mod lifecycle;
mod many;
mod new_tenant;
mod provisioner;
mod rename;
mod retarget;
mod room;
mod spares;

pub use many::{CreateOutcome, CreateReport, Creation, ManyOptions};
pub use new_tenant::NewTenant;
pub use provisioner::Provisioner;
pub(crate) use spares::refiller;
pub use spares::{Spare, SpareStanding, Spares, SparesReport};
