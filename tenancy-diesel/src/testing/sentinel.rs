use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::ActiveTenant;

use super::marker::Marker;

/// A tenant that is there to be watched.
#[derive(Debug, Clone)]
pub struct Sentinel {
    pub(super) tenant: ActiveTenant,
    /// In its rows.
    pub(super) marker: Marker,
    /// In its name, which the registry holds and an operator may see.
    pub(super) label: Marker,
}

impl Sentinel {
    /// The tenant.
    pub fn tenant(&self) -> &ActiveTenant {
        &self.tenant
    }

    /// The tenant's slug.
    pub fn slug(&self) -> &TenantSlug {
        &self.tenant.slug
    }

    /// What the tenant's rows must contain, and nobody else may see: 24 lower-case letters and digits.
    pub fn marker(&self) -> &str {
        self.marker.as_str()
    }

    /// The schema that holds its rows.
    pub(super) fn schema(&self) -> Option<&str> {
        self.tenant.placement.schema().map(tenancy_core::name::SchemaName::as_str)
    }
}
