use std::fmt;

use diesel::PgConnection;
use tenancy_core::name::{SchemaName, TenantSlug};

/// Where a [`RustMigration`](super::RustMigration) runs: one tenant, or the template.
pub struct MigrationContext<'a> {
    conn: &'a mut PgConnection,
    schema: &'a SchemaName,
    slug: Option<&'a TenantSlug>,
}

impl<'a> MigrationContext<'a> {
    pub(crate) fn new(
        conn: &'a mut PgConnection,
        schema: &'a SchemaName,
        slug: Option<&'a TenantSlug>,
    ) -> Self {
        Self { conn, schema, slug }
    }

    /// The connection: names without a schema are the tenant's, as in SQL, and it acts as the owner of tenants'
    /// schemas. Inside the migration's transaction, unless that is
    /// [outside](super::RustMigration::outside_transaction): begin savepoints with `Connection::transaction`, and
    /// neither end the transaction nor change `search_path` or the role with SQL of your own.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// The schema that is migrated.
    pub fn schema(&self) -> &SchemaName {
        self.schema
    }

    /// The tenant; `None` for the template, which new tenants are cloned from.
    pub fn slug(&self) -> Option<&TenantSlug> {
        self.slug
    }
}

impl fmt::Debug for MigrationContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationContext")
            .field("schema", &self.schema)
            .field("slug", &self.slug)
            .finish_non_exhaustive()
    }
}
