use super::SharedSchemas;
use crate::name::{SchemaName, TenantSlug};
use crate::placement::Placement;
use crate::tenant::{ActiveTenant, TenantId};

/// What a session must look like while it serves one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPlan {
    tenant: TenantId,
    slug: TenantSlug,
    schema: SchemaName,
    search_path: String,
}

/// A tenant that cannot be pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The placement is not available in this version.
    #[error(
        "tenant `{slug}` is placed in `{placement}`, which this version cannot serve: only `schema` is available"
    )]
    PlacementNotAvailable {
        /// The tenant.
        slug: TenantSlug,
        /// The kind of placement.
        placement: &'static str,
    },
}

impl SessionPlan {
    /// Plans the session of `tenant`, which sees `shared` behind its own schema.
    ///
    /// # Errors
    ///
    /// [`PlanError::PlacementNotAvailable`] for a placement other than a schema.
    pub fn of(tenant: &ActiveTenant, shared: &SharedSchemas) -> Result<Self, PlanError> {
        match &tenant.placement {
            Placement::Schema { schema } => Ok(Self {
                tenant: tenant.id,
                slug: tenant.slug.clone(),
                schema: schema.clone(),
                search_path: shared.search_path(schema).as_str().to_owned(),
            }),
            other => {
                Err(PlanError::PlacementNotAvailable { slug: tenant.slug.clone(), placement: other.kind() })
            }
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What the tenant is called, for messages.
    pub fn slug(&self) -> &TenantSlug {
        &self.slug
    }

    /// The schema that PostgreSQL must resolve the path to.
    pub fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// The value of `search_path`.
    pub fn search_path(&self) -> &str {
        &self.search_path
    }
}
