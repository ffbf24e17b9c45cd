//! What borrowers hold.
//!
//! * [`TenantConnection`]: a connection pinned to one tenant, wiped when it is dropped; for blocking code.
//! * [`ControlConnection`]: the control plane's; another type, without a conversion.

mod control;
mod tenant;

pub(crate) use control::ControlConnection;
pub use tenant::TenantConnection;
