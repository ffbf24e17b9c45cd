//! As whom tenants' sessions act.
//!
//! * [`Roles`]: sets roles up, adopts tenants that have none, says where everybody stands.
//! * [`RoleStanding`]: one tenant's.

mod adopt;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod roles;
mod standing;

pub use roles::Roles;
pub use standing::RoleStanding;
