use tenancy_core::name::{RoleName, SchemaName, TenantSlug};

/// What a tenant's schema is made from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The template, with the rows of the seeds.
    Template(&'a SchemaName),
    /// Another tenant's schema as it is.
    Tenant {
        /// The tenant.
        slug: &'a TenantSlug,
        /// Its schema.
        schema: &'a SchemaName,
        /// Its role, which has no rights on the clone; a capture leaves them out.
        role: Option<&'a RoleName>,
        /// Whether its rows are copied.
        with_data: bool,
    },
    /// A schema as it is, a tenant's or the template, that a migration is tried on a clone of.
    Trial {
        /// The schema.
        schema: &'a SchemaName,
        /// The role of the tenant that lives in it. It gets its rights on the clone, as the tenant's new tables would
        /// have them.
        role: Option<&'a RoleName>,
        /// Whether its rows are copied.
        with_data: bool,
    },
}

impl<'a> Origin<'a> {
    /// The schema.
    pub(super) fn schema(self) -> &'a SchemaName {
        match self {
            Self::Template(schema) | Self::Tenant { schema, .. } | Self::Trial { schema, .. } => schema,
        }
    }

    /// The role of the tenant that lives in it.
    pub(super) fn role(self) -> Option<&'a str> {
        match self {
            Self::Template(_) => None,
            Self::Tenant { role, .. } | Self::Trial { role, .. } => role.map(RoleName::as_str),
        }
    }
}
