//! Which migrations which tenant needs: pure planning.
//!
//! * [`Catalog`]: the migrations there are, in order.
//! * [`Migration`]: one of them.
//! * [`Subject`]: a tenant and what was applied to it.
//! * [`FleetPlan`]: per tenant, what is pending.

mod catalog;
mod plan;

pub use catalog::{Catalog, CatalogError, Migration};
pub use plan::{FleetPlan, Subject, TenantPlan};
