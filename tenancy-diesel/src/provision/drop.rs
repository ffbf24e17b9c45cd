use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::isolation::PlanError;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::Tenant;

use super::Provisioner;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

impl Provisioner<'_> {
    /// Drops a tenant: its schema with everything in it, its role, a login of its own, and its registry row, in one transaction. Returns the
    /// row as it was. A schema that is already gone is no error.
    ///
    /// Waits up to 10 s for a migration of the tenant, and as long for sessions that are pinned to it.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::StillNeeded`] when something outside the schema would be dropped along;
    /// [`Error::Plan`] for a placement other than a schema; [`Error::Query`] when the tenant is in use for longer than that, or when the
    /// schema holds more objects than `max_locks_per_transaction` allows to drop at once. Nothing is changed
    /// then.
    pub fn drop(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        let mut conn = self.context.operation()?;
        let dropped = conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
            conn.batch_execute(wait.as_str())
                .map_err(Error::query("wait until no session is pinned to the tenant"))?;
            // Read it again behind the lock: it may have been renamed while we waited.
            let row: TenantRow = diesel::delete(tenants::table.find(tenant.id.as_uuid()))
                .returning(TenantRow::as_returning())
                .get_result(conn)
                .optional()
                .map_err(Error::query("delete the tenant's row"))?
                .ok_or_else(|| Error::UnknownTenant(slug.to_string()))?;
            let dropped: Tenant = row.try_into()?;
            match &dropped.placement {
                Placement::Schema { schema } => drop_schema(conn, schema, &dropped)?,
                // A schema of that name in this database would be somebody else's.
                other => {
                    let slug = dropped.slug.clone();
                    return Err(PlanError::PlacementNotAvailable { slug, placement: other.kind() }.into());
                }
            }
            Ok::<_, Error>(dropped)
        })?;
        self.context.directory.forget(slug);
        if let Some(login) = &dropped.login {
            self.context.forget_login(login);
        }
        Ok(dropped)
    }
}

/// Drops the schema with everything in it, and nothing outside it: CASCADE alone would take along a column of
/// another tenant whose type is this one's.
fn drop_schema(conn: &mut PgConnection, schema: &SchemaName, tenant: &Tenant) -> Result<(), Error> {
    let needed: Vec<Described> = sql_query(DEPENDENTS)
        .bind::<Text, _>(schema.as_str())
        .load(conn)
        .map_err(Error::query("look for what needs the tenant's schema"))?;
    if !needed.is_empty() {
        let objects = needed.into_iter().map(|object| object.description).collect();
        return Err(Error::StillNeeded { schema: schema.clone(), objects });
    }
    let sql = ownership::of(schema)
        .sql("DROP SCHEMA IF EXISTS ")
        .schema(schema)
        .sql(" CASCADE;\n")
        .sql(ownership::AS_LOGIN);
    conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's schema"))?;
    if let Some(role) = &tenant.role {
        let sql = ownership::drop_role(role.as_str());
        conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's role"))?;
    }
    if let Some(login) = &tenant.login {
        let sql = ownership::drop_login(login.as_str());
        conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's login"))?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    description: String,
}

/// What stands outside the schema `$1` and depends on something inside it. Constraints, defaults, rules and
/// triggers stand where their tables stand.
const DEPENDENTS: &str = "\
WITH home AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1::pg_catalog.name), \
inside AS ( \
SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS classid, c.oid AS objid \
FROM pg_catalog.pg_class c JOIN home ON home.oid = c.relnamespace \
UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM pg_catalog.pg_type t JOIN home ON home.oid = t.typnamespace \
UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid FROM pg_catalog.pg_proc p JOIN home ON home.oid = p.pronamespace), \
dependents AS ( \
SELECT DISTINCT d.classid, d.objid, d.objsubid, coalesce( \
(SELECT c.relnamespace FROM pg_catalog.pg_class c WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid), \
(SELECT t.typnamespace FROM pg_catalog.pg_type t WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.objid), \
(SELECT p.pronamespace FROM pg_catalog.pg_proc p WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid), \
(SELECT k.connamespace FROM pg_catalog.pg_constraint k WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid), \
(SELECT c.relnamespace FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_class c ON c.oid = a.adrelid WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND a.oid = d.objid), \
(SELECT c.relnamespace FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid), \
(SELECT c.relnamespace FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid WHERE d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND g.oid = d.objid), \
(SELECT c.relnamespace FROM pg_catalog.pg_policy y JOIN pg_catalog.pg_class c ON c.oid = y.polrelid WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND y.oid = d.objid) \
) AS namespace \
FROM pg_catalog.pg_depend d JOIN inside i ON i.classid = d.refclassid AND i.objid = d.refobjid) \
SELECT pg_catalog.pg_describe_object(classid, objid, objsubid) AS description \
FROM dependents, home \
WHERE namespace <> home.oid \
AND namespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname LIKE 'pg\\_%') \
ORDER BY 1 LIMIT 10";
