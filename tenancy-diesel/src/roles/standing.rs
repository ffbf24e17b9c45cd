use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use serde::Serialize;
use tenancy_core::name::{NameError, RoleName, TenantSlug};

use super::Roles;
use crate::error::Error;

/// Where one tenant stands with its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleStanding {
    /// The tenant.
    pub slug: TenantSlug,
    /// As whom its sessions act.
    pub role: Option<RoleName>,
    /// Which login serves it; `None` for the service's own.
    pub login: Option<RoleName>,
    /// The owner role that its schema has for itself; `None` where the owner of all others owns it.
    pub owner: Option<RoleName>,
    /// Whether the schema and everything in it belong to the role that is to own them.
    pub owned: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Nullable<Text>)]
    role_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    login_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    owner_name: Option<String>,
    #[diesel(sql_type = Bool)]
    owned: bool,
}

/// What stands in a schema and has an owner: relations, routines and types; a table's row type has its owner.
/// (The functions that come with a range belong to the bootstrap superuser, always.)
const STANDINGS: &str = "\
SELECT t.slug, t.role_name, t.login_name, t.owner_name, coalesce(( \
SELECT n.nspowner = o.oid \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relowner <> o.oid) \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid AND p.proowner <> o.oid \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass \
AND d.objid = p.oid AND d.deptype = 'i')) \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_type y WHERE y.typnamespace = n.oid AND y.typowner <> o.oid) \
FROM pg_catalog.pg_namespace n, tenancy.installation i \
JOIN pg_catalog.pg_roles o ON o.rolname = coalesce(t.owner_name, i.owner_role)::name \
WHERE n.nspname = t.schema_name::name), false) AS owned \
FROM tenancy.tenants t WHERE t.placement = 'schema' AND t.status <> 'dropping' ORDER BY t.slug";

impl Roles<'_> {
    /// Where every tenant stands, in alphabetical order. One query.
    ///
    /// # Errors
    ///
    /// [`Error::NotInitialized`]; [`Error::Registry`] names a row that cannot be read.
    pub fn standing(&self) -> Result<Vec<RoleStanding>, Error> {
        let mut conn = self.context.operation()?;
        let rows: Vec<Row> = sql_query(STANDINGS)
            .load(&mut *conn)
            .map_err(Error::query("read as whom the tenants' sessions act"))?;
        rows.into_iter()
            .map(|row| {
                let corrupt =
                    |error: NameError| Error::Registry { slug: row.slug.clone(), reason: error.to_string() };
                Ok(RoleStanding {
                    role: row.role_name.as_deref().map(RoleName::parse).transpose().map_err(corrupt)?,
                    login: row.login_name.as_deref().map(RoleName::parse).transpose().map_err(corrupt)?,
                    owner: row.owner_name.as_deref().map(RoleName::parse).transpose().map_err(corrupt)?,
                    slug: TenantSlug::parse(&row.slug).map_err(corrupt)?,
                    owned: row.owned,
                })
            })
            .collect()
    }
}
