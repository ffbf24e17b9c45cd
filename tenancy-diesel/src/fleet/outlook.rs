use diesel::sql_types::{Array, Bool, Nullable, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::fleet::Catalog;
use tenancy_core::name::{SchemaName, TenantSlug};

use crate::error::Error;

/// Whether there is anything to do: one query, whatever the number of tenants.
#[derive(QueryableByName)]
pub(super) struct Outlook {
    /// What the template has, oldest first; none when there is no template.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub(super) template: Option<Vec<String>>,
    /// Whether some tenant lacks a migration.
    #[diesel(sql_type = Bool)]
    lacking: bool,
}

/// Nearly all tenants of a fleet have every migration, in order: that is told by one comparison, where containment compares
/// each with each.
const OUTLOOK: &str = "\
    SELECT tenancy.template_versions($1) AS template, EXISTS (\
        SELECT FROM tenancy.tenants t \
         WHERE t.migrations <> $2 AND NOT t.migrations @> $2 AND t.placement = 'schema' AND t.status <> 'dropping' \
           AND (pg_catalog.cardinality($3) = 0 OR t.slug = ANY ($3))) AS lacking";

impl Outlook {
    /// Asks for all tenants, or for `only` those.
    pub(super) fn ask(
        conn: &mut PgConnection,
        template: &SchemaName,
        catalog: &Catalog,
        only: &[TenantSlug],
    ) -> Result<Self, Error> {
        let only: Vec<&str> = only.iter().map(TenantSlug::as_str).collect();
        sql_query(OUTLOOK)
            .bind::<Text, _>(template.as_str())
            .bind::<Array<Text>, _>(catalog.versions())
            .bind::<Array<Text>, _>(only)
            .get_result(conn)
            .map_err(Error::query("ask what there is to do"))
    }

    /// Whether nothing is to be done.
    pub(super) fn is_clear(&self, catalog: &Catalog) -> bool {
        !self.lacking && self.template.as_ref().is_some_and(|has| catalog.missing(has).next().is_none())
    }
}
