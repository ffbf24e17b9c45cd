//! What a tenant is.
//!
//! * [`TenantId`]: the identity that survives a rename.
//! * [`Tenant`]: a row of the registry.
//! * [`TenantStatus`]: where it stands in its life.
//! * [`ActiveTenant`]: a tenant that may be served; only [`Tenant::into_active`] makes one.

mod active;
mod id;
mod row;
mod status;

pub use active::{ActiveTenant, NotActive};
pub use id::TenantId;
pub use row::Tenant;
pub use status::{TenantStatus, UnknownStatus};
