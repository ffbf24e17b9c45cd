//! Finds out what would let tenants' data mix, or would fail one day, and says how to mend it.
//!
//! * [`Doctor`]: examines the database, and mends what is safe to mend.
//! * [`Diagnosis`] holds [`Finding`]s; [`Treatment`] says what was mended.
//!
//! # How it looks
//!
//! Every check is one query over the catalogues, in `checks`, in one read-only transaction: the number of round trips
//! does not depend on the number of tenants. No query asks "may A do this with B" for pairs of tenants: granted
//! rights are unfolded once and joined.

mod check;
mod checks;
mod diagnosis;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod doctor;
mod finding;
mod scope;
mod severity;
mod treatment;
mod undecided_bodies;

pub use diagnosis::Diagnosis;
pub use doctor::Doctor;
pub use finding::{Finding, MendedBy};
use scope::Scope;
pub use severity::Severity;
pub use treatment::Treatment;
