use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;

use crate::error::Error;

/// Where a tenant lives at this moment, and what its schema and its registry row say was applied.
pub(super) struct Home {
    pub(super) slug: TenantSlug,
    pub(super) schema: SchemaName,
    /// By the schema's bookkeeping, in order; none when it has none, or there is no schema.
    pub(super) applied: Vec<String>,
    /// By the registry.
    pub(super) registered: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Nullable<Text>)]
    schema_name: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    migrations: Vec<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    applied: Option<Vec<String>>,
}

const HOME: &str = "\
    SELECT t.slug, t.schema_name, t.migrations, tenancy.template_versions(t.schema_name) AS applied \
      FROM tenancy.tenants t WHERE t.id = $1 AND t.placement = 'schema' AND t.status <> 'dropping'";

impl Home {
    /// `None` when the tenant is gone or has no schema of its own any more. As the login, on the control plane's path.
    pub(super) fn find(conn: &mut PgConnection, tenant: TenantId) -> Result<Option<Self>, Error> {
        let row: Option<Row> = sql_query(HOME)
            .bind::<SqlUuid, _>(tenant.as_uuid())
            .get_result(conn)
            .optional()
            .map_err(Error::query("read where the tenant lives"))?;
        let Some(row) = row else { return Ok(None) };
        let Some(schema) = row.schema_name else { return Ok(None) };
        let corrupt = |reason: String| Error::Registry { slug: row.slug.clone(), reason };
        Ok(Some(Self {
            slug: TenantSlug::parse(&row.slug).map_err(|error| corrupt(error.to_string()))?,
            schema: SchemaName::parse(&schema).map_err(|error| corrupt(error.to_string()))?,
            applied: row.applied.unwrap_or_default(),
            registered: row.migrations,
        }))
    }
}
