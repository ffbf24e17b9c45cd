use std::ops::Deref;
use std::sync::Arc;

use super::{Tenant, TenantStatus};
use crate::name::TenantSlug;

/// A tenant that may be served. Cheap to clone.
///
/// Only [`Tenant::into_active`] makes one, so whatever asks for an `ActiveTenant` cannot be reached with a
/// suspended, archived or half-made tenant. The registry is asked again when a connection is pinned: a tenant
/// that was suspended since is refused there.
///
/// ```compile_fail
/// use tenancy_core::tenant::{ActiveTenant, Tenant};
/// fn serve(tenant: Tenant) -> ActiveTenant {
///     ActiveTenant(std::sync::Arc::new(tenant)) // the field is private
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveTenant(Arc<Tenant>);

/// The tenant exists and is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("tenant `{slug}` is {status}")]
pub struct NotActive {
    /// The tenant.
    pub slug: TenantSlug,
    /// The status that stands in the way.
    pub status: TenantStatus,
}

impl ActiveTenant {
    pub(super) fn new(tenant: Tenant) -> Result<Self, NotActive> {
        match tenant.status {
            TenantStatus::Active => Ok(Self(Arc::new(tenant))),
            status => Err(NotActive { slug: tenant.slug, status }),
        }
    }
}

impl Deref for ActiveTenant {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.0
    }
}
