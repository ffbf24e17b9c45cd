use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ActiveTenant, NotActive, TenantId, TenantStatus};
use crate::limits::Limits;
use crate::name::{RoleName, TenantSlug};
use crate::placement::Placement;

/// A row of the registry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tenant {
    /// The identity that survives a rename.
    pub id: TenantId,
    /// What it is called in host names and on the command line; unique.
    pub slug: TenantSlug,
    /// What people call it.
    pub name: String,
    /// Where it stands in its life.
    pub status: TenantStatus,
    /// Where its data lives.
    pub placement: Placement,
    /// As whom its sessions act; `None` when it works without a role of its own.
    pub role: Option<RoleName>,
    /// Which login serves it; `None` for the service's own.
    pub login: Option<RoleName>,
    /// What it is limited to, beyond what all tenants are.
    pub limits: Limits,
    /// The plan it pays for.
    pub plan: String,
    /// Anything that the embedding service keeps with a tenant.
    pub settings: serde_json::Value,
    /// The newest migration applied to its schema; `None` when there are no migrations.
    pub template_version: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its row last changed.
    pub updated_at: DateTime<Utc>,
}

impl Tenant {
    /// Lets the tenant through to a connection if it is active.
    ///
    /// # Errors
    ///
    /// [`NotActive`] with the status that stands in the way.
    pub fn into_active(self) -> Result<ActiveTenant, NotActive> {
        ActiveTenant::new(self)
    }
}
