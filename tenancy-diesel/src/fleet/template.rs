//! The template migrates before any tenant, behind a lock that sign-ups share: a tenant that is created during
//! a run is cloned from the template as it was before, and then found among those that lack something, or as it
//! is afterwards.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use serde::Serialize;
use tenancy_core::fleet::Catalog;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::apply::{Direction, Target, apply};
use crate::bookkeeping;
use crate::context::Context;
use crate::error::Error;
use crate::locks;
use crate::migrations::Loaded;
use crate::ownership;

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Where the template stands.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateStanding {
    /// The template.
    pub schema: SchemaName,
    /// Whether it is there at all.
    pub exists: bool,
    /// The newest migration that was applied to it.
    pub version: Option<String>,
    /// The names of the migrations that it lacks, oldest first.
    pub pending: Vec<String>,
}

/// Compares the template with the catalogue; waits for nobody.
pub(super) fn standing(
    conn: &mut PgConnection,
    context: &Context,
    catalog: &Catalog,
) -> Result<TemplateStanding, Error> {
    let schema = context.naming.template();
    let exists = exists(conn, schema)?;
    let applied =
        bookkeeping::applied(conn, schema).map_err(Error::query("read the template's migrations"))?;
    Ok(TemplateStanding {
        schema: schema.clone(),
        exists,
        pending: catalog.missing(&applied).map(|migration| migration.name.clone()).collect(),
        version: applied.last().cloned(),
    })
}

fn exists(conn: &mut PgConnection, schema: &SchemaName) -> Result<bool, Error> {
    let row: There = sql_query("SELECT pg_catalog.to_regnamespace($1) IS NOT NULL AS there")
        .bind::<Text, _>(schema.ident().to_string())
        .get_result(conn)
        .map_err(Error::query("look for the template"))?;
    Ok(row.there)
}

/// Creates the template if it is missing and applies what it lacks. Returns the names of what was applied.
/// `conn` holds the template lock until it goes through the gate.
pub(super) fn migrate(
    conn: &mut PgConnection,
    context: &Context,
    catalog: &Catalog,
) -> (Vec<String>, Result<(), Error>) {
    let mut done = Vec::new();
    let result = migrate_into(conn, context, catalog, &mut done);
    (done, result)
}

fn migrate_into(
    conn: &mut PgConnection,
    context: &Context,
    catalog: &Catalog,
    done: &mut Vec<String>,
) -> Result<(), Error> {
    let template = context.naming.template();
    conn.batch_execute(locks::template_exclusive(template).as_str())
        .map_err(Error::query("lock the template"))?;
    if !exists(conn, template)? {
        let sql = Script::new("CREATE SCHEMA ").schema(template);
        conn.batch_execute(sql.as_str()).map_err(Error::query("create the template"))?;
    }
    // Sign-ups read it as the owner of the tenants' schemas, where there is one.
    conn.batch_execute(ownership::adopt(template).as_str())
        .map_err(Error::query("give the template to the owner of the tenants' schemas"))?;
    let applied =
        bookkeeping::applied(conn, template).map_err(Error::query("read the template's migrations"))?;
    let loaded = context.migrations.load()?;
    let target = Target { schema: template, tenant: None, slug: None, shared: &context.shared };
    for migration in catalog.missing(&applied) {
        apply(conn, target, migration, find(&loaded, &migration.version)?, Direction::Up)?;
        done.push(migration.name.clone());
    }
    Ok(())
}

/// Reverts the newest migration of the template, if it has any, and says which version that was.
pub(super) fn revert(
    conn: &mut PgConnection,
    context: &Context,
    catalog: &Catalog,
) -> Result<Option<String>, Error> {
    let template = context.naming.template();
    conn.batch_execute(locks::template_exclusive(template).as_str())
        .map_err(Error::query("lock the template"))?;
    let applied =
        bookkeeping::applied(conn, template).map_err(Error::query("read the template's migrations"))?;
    let Some(newest) = applied.last() else { return Ok(None) };
    let migration = catalog.find(newest).ok_or_else(|| unknown(newest))?;
    let loaded = context.migrations.load()?;
    let target = Target { schema: template, tenant: None, slug: None, shared: &context.shared };
    apply(conn, target, migration, find(&loaded, newest)?, Direction::Down)?;
    Ok(Some(newest.clone()))
}

/// The newest version of the template, if it has any.
pub(super) fn newest(conn: &mut PgConnection, context: &Context) -> Result<Option<String>, Error> {
    bookkeeping::applied(conn, context.naming.template())
        .map(|mut applied| applied.pop())
        .map_err(Error::query("read the template's migrations"))
}

/// The migration of `version` among those that were loaded.
pub(crate) fn find<'a>(loaded: &'a [Loaded], version: &str) -> Result<&'a Loaded, Error> {
    loaded.iter().find(|migration| migration.version == version).ok_or_else(|| unknown(version))
}

fn unknown(version: &str) -> Error {
    Error::Migrations(format!(
        "version {version} is applied, and there is no such migration here: check out the code that it belongs to"
    ))
}
