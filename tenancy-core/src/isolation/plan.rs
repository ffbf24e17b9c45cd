use super::SharedSchemas;
use crate::name::{NameError, RoleName, SchemaName, SchemaNaming, TenantSlug};
use crate::placement::Placement;
use crate::tenant::{ActiveTenant, TenantId};

/// What a session must look like while it serves one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPlan {
    tenant: TenantId,
    slug: TenantSlug,
    schema: SchemaName,
    search_path: String,
    login: Option<RoleName>,
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
    /// The row points at a schema that is another tenant's, or nobody's.
    #[error(
        "the registry row of tenant `{slug}` points at schema `{schema}`; its own is `{own}`. Was the row edited by \
         hand, or is the service configured with another schema prefix?"
    )]
    ForeignSchema {
        /// The tenant.
        slug: TenantSlug,
        /// What the row says.
        schema: SchemaName,
        /// What the slug makes.
        own: SchemaName,
    },
    /// The slug makes no schema.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl SessionPlan {
    /// Plans the session of `tenant`, which sees `shared` behind its own schema.
    ///
    /// # Errors
    ///
    /// [`PlanError::PlacementNotAvailable`] for a placement other than a schema; [`PlanError::ForeignSchema`] when
    /// the row names another schema than `naming` makes of the slug: slugs are unique, so no row can lead to another
    /// tenant's.
    pub fn of(
        tenant: &ActiveTenant,
        naming: &SchemaNaming,
        shared: &SharedSchemas,
    ) -> Result<Self, PlanError> {
        let slug = tenant.slug.clone();
        match &tenant.placement {
            Placement::Schema { schema } => {
                let own = naming.schema_for(&slug)?;
                if own != *schema {
                    return Err(PlanError::ForeignSchema { slug, schema: schema.clone(), own });
                }
                Ok(Self {
                    tenant: tenant.id,
                    slug,
                    search_path: shared.search_path(&own).as_str().to_owned(),
                    schema: own,
                    login: tenant.login.clone(),
                })
            }
            other => Err(PlanError::PlacementNotAvailable { slug, placement: other.kind() }),
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

    /// Which login serves the tenant; `None` for the service's own.
    pub fn login(&self) -> Option<&RoleName> {
        self.login.as_ref()
    }

    /// The value of `search_path`.
    pub fn search_path(&self) -> &str {
        &self.search_path
    }
}
