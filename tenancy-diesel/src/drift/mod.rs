//! Schemas that should be the same.
//!
//! * [`Drift`]: compares every tenant with the template, or any two schemas.
//! * [`DriftReport`]: who differs, and in what.

mod batch;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod drift;
mod report;
mod tenants;

pub use drift::{Drift, DriftOptions, Side};
pub use report::{DriftReport, Standing, TenantDrift};
