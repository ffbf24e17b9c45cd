//! Which tenants a run is about: one query, whatever their number.

use diesel::PgConnection;
use diesel::prelude::*;
use tenancy_core::fleet::{Canaries, Policy, Subject};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use crate::error::Error;
use crate::registry::schema::tenants;

/// Some of such a tenant is gone already.
const DROPPING: &str = "dropping";

/// Which tenants.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// All that live in a schema of their own, suspended and archived ones too.
    All,
    /// Those that lack one of these versions.
    Lacking(&'a [&'a str]),
    /// Those that have one of these versions.
    Having(&'a [String]),
}

/// Reads them in alphabetical order; with `only`, no others than those.
///
/// # Errors
///
/// [`Error::UnknownTenant`] when one of `only` does not exist.
pub(crate) fn read(
    conn: &mut PgConnection,
    which: Which<'_>,
    only: &[TenantSlug],
) -> Result<Vec<Subject>, Error> {
    check_known(conn, only)?;
    read_there(conn, which, only)
}

/// The same without those of `only` that are gone, or have another name by now.
pub(crate) fn read_there(
    conn: &mut PgConnection,
    which: Which<'_>,
    only: &[TenantSlug],
) -> Result<Vec<Subject>, Error> {
    let names: Vec<&str> = only.iter().map(TenantSlug::as_str).collect();
    let mut query = tenants::table
        .select((tenants::id, tenants::slug, tenants::schema_name, tenants::migrations))
        .filter(tenants::placement.eq("schema"))
        .filter(tenants::status.ne(DROPPING))
        .order(tenants::slug)
        .into_boxed();
    if !only.is_empty() {
        query = query.filter(tenants::slug.eq_any(names));
    }
    query = match which {
        Which::All => query,
        Which::Lacking(versions) => {
            // Most have all of them, in order: one comparison tells, where containment compares each with each.
            query
                .filter(tenants::migrations.ne(versions.to_vec()))
                .filter(diesel::dsl::not(tenants::migrations.contains(versions.to_vec())))
        }
        Which::Having(versions) => query.filter(tenants::migrations.overlaps_with(versions.to_vec())),
    };
    let rows: Vec<(Uuid, String, Option<String>, Vec<String>)> =
        query.load(conn).map_err(Error::query("read what the tenants have"))?;
    rows.into_iter()
        .map(|(id, slug, schema, applied)| {
            let corrupt = |reason: String| Error::Registry { slug: slug.clone(), reason };
            let schema = schema.ok_or_else(|| corrupt("schema_name is null".to_owned()))?;
            Ok(Subject {
                id: TenantId::from_uuid(id),
                slug: TenantSlug::parse(&slug).map_err(|error| corrupt(error.to_string()))?,
                schema: SchemaName::parse(&schema).map_err(|error| corrupt(error.to_string()))?,
                applied,
            })
        })
        .collect()
}

/// Everybody whom `policy` names.
pub(super) fn named(policy: &Policy) -> Vec<TenantSlug> {
    let canaries = match &policy.canaries {
        Canaries::Named(slugs) => slugs.as_slice(),
        Canaries::None | Canaries::Count(_) => &[],
    };
    [&policy.only, canaries].concat()
}

/// Refuses names that nobody has.
///
/// # Errors
///
/// [`Error::UnknownTenant`] names the first.
pub(super) fn check_known(conn: &mut PgConnection, only: &[TenantSlug]) -> Result<(), Error> {
    if only.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = only.iter().map(TenantSlug::as_str).collect();
    let known: Vec<String> = tenants::table
        .filter(tenants::slug.eq_any(&names))
        .filter(tenants::status.ne(DROPPING))
        .select(tenants::slug)
        .load(conn)
        .map_err(Error::query("look the tenants up"))?;
    match names.iter().find(|name| !known.iter().any(|slug| slug == *name)) {
        Some(unknown) => Err(Error::UnknownTenant((*unknown).to_owned())),
        None => Ok(()),
    }
}

/// What a tenant is called and where it lives at this moment; `None` when it is gone or has no schema of its own
/// any more.
pub(super) fn home(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Option<(TenantSlug, SchemaName)>, Error> {
    let row: Option<(String, Option<String>)> = tenants::table
        .find(tenant.as_uuid())
        .filter(tenants::placement.eq("schema"))
        .filter(tenants::status.ne(DROPPING))
        .select((tenants::slug, tenants::schema_name))
        .first(conn)
        .optional()
        .map_err(Error::query("read where the tenant lives"))?;
    let Some((slug, Some(schema))) = row else { return Ok(None) };
    match (TenantSlug::parse(&slug), SchemaName::parse(&schema)) {
        (Ok(slug), Ok(schema)) => Ok(Some((slug, schema))),
        (Err(error), _) | (_, Err(error)) => Err(Error::Registry { slug, reason: error.to_string() }),
    }
}
