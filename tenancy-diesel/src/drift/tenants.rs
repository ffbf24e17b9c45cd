//! Whom a check is about.

use diesel::PgConnection;
use diesel::prelude::*;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::{TenantId, TenantStatus};
use uuid::Uuid;

use crate::error::Error;
use crate::registry::schema::tenants;

/// A tenant as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: TenantId,
    pub(super) slug: TenantSlug,
    pub(super) schema: SchemaName,
    pub(super) role: Option<String>,
    pub(super) applied: Vec<String>,
}

type Columns = (Uuid, String, Option<String>, Option<String>, Vec<String>);

/// The ids of all tenants that live in a schema of this database, but those that are being dropped, or of `only`; by slug.
pub(super) fn ids(conn: &mut PgConnection, only: &[TenantSlug]) -> Result<Vec<TenantId>, Error> {
    let rows: Vec<(Uuid, String)> = {
        let mut query = tenants::table
            .filter(tenants::placement.eq("schema"))
            .select((tenants::id, tenants::slug))
            .order(tenants::slug)
            .into_boxed();
        if only.is_empty() {
            query = query.filter(tenants::status.ne(TenantStatus::Dropping.as_str()));
        } else {
            query = query.filter(tenants::slug.eq_any(only.iter().map(TenantSlug::as_str)));
        }
        query.load(conn).map_err(Error::query("list the tenants"))?
    };
    if let Some(unknown) = only.iter().find(|slug| !rows.iter().any(|(_, row)| row == slug.as_str())) {
        return Err(Error::UnknownTenant(unknown.to_string()));
    }
    Ok(rows.into_iter().map(|(id, _)| TenantId::from_uuid(id)).collect())
}

/// Tenants as they are at this moment, by slug; without those that are gone. For the login: the owner of the schemas may
/// not read it all.
pub(super) fn find(conn: &mut PgConnection, ids: &[TenantId]) -> Result<Vec<Row>, Error> {
    let rows: Vec<Columns> = tenants::table
        .filter(tenants::id.eq_any(ids.iter().map(|id| id.as_uuid())))
        .filter(tenants::placement.eq("schema"))
        .select((tenants::id, tenants::slug, tenants::schema_name, tenants::role_name, tenants::migrations))
        .order(tenants::slug)
        .load(conn)
        .map_err(Error::query("read where the tenants live"))?;
    rows.into_iter().map(read).collect()
}

/// The tenant of a slug.
pub(super) fn by_slug(conn: &mut PgConnection, slug: &TenantSlug) -> Result<Row, Error> {
    let ids = ids(conn, std::slice::from_ref(slug))?;
    find(conn, &ids)?.into_iter().next().ok_or_else(|| Error::UnknownTenant(slug.to_string()))
}

fn read((id, slug, schema, role, mut applied): Columns) -> Result<Row, Error> {
    let corrupt = |reason: String| Error::Registry { slug: slug.clone(), reason };
    let schema = schema.ok_or_else(|| corrupt("schema_name is null".to_owned()))?;
    applied.sort();
    Ok(Row {
        id: TenantId::from_uuid(id),
        slug: TenantSlug::parse(&slug).map_err(|error| corrupt(error.to_string()))?,
        schema: SchemaName::parse(&schema).map_err(|error| corrupt(error.to_string()))?,
        role,
        applied,
    })
}
