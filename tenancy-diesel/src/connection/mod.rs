//! What borrowers hold.
//!
//! * [`TenantConnection`]: a connection pinned to one tenant, wiped when it is dropped; for blocking code.
//! * [`TenantDb`]: the right to such a connection; for async code. It holds none itself.
//! * [`ControlConnection`]: the control plane's; another type, without a conversion.

mod control;
mod tenant;
#[cfg(feature = "tokio")]
mod tenant_db;

pub(crate) use control::ControlConnection;
pub use tenant::TenantConnection;
#[cfg(feature = "tokio")]
pub use tenant_db::TenantDb;
