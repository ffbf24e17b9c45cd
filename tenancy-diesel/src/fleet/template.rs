//! The template migrates before any tenant, behind a lock that sign-ups share: a tenant that is created during
//! a run is cloned from the template as it was before, and then found among those that lack something, or as it
//! is afterwards.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use serde::Serialize;
use tenancy_core::fleet::{Catalog, Direction};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::apply::apply;
use super::target::Target;
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

/// Brings the template up to date (creates it, if it is missing), or reverts `versions` in it. Returns the names of what
/// was done. `conn` holds the template lock until it goes through the gate.
pub(super) fn run(
    conn: &mut PgConnection,
    context: &Context,
    loaded: &[Loaded],
    direction: Direction,
    versions: &[&str],
) -> (Vec<String>, Result<(), Error>) {
    let mut done = Vec::new();
    let result = match direction {
        Direction::Up => migrate(conn, context, loaded, versions, &mut done),
        Direction::Down => revert(conn, context, loaded, versions, &mut done),
    };
    (done, result)
}

fn migrate(
    conn: &mut PgConnection,
    context: &Context,
    loaded: &[Loaded],
    versions: &[&str],
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
    let lacks = |version: &&str| !applied.iter().any(|has| has == *version);
    // Refused before anything of it is applied.
    let mut missing = Vec::new();
    for version in versions.iter().copied().filter(lacks) {
        let migration = find(loaded, version)?;
        migration.action(Direction::Up)?;
        missing.push(migration);
    }
    each(conn, context, &missing, Direction::Up, done)
}

fn revert(
    conn: &mut PgConnection,
    context: &Context,
    loaded: &[Loaded],
    versions: &[&str],
    done: &mut Vec<String>,
) -> Result<(), Error> {
    let template = context.naming.template();
    conn.batch_execute(locks::template_exclusive(template).as_str())
        .map_err(Error::query("lock the template"))?;
    let applied =
        bookkeeping::applied(conn, template).map_err(Error::query("read the template's migrations"))?;
    let mut there = Vec::new();
    for version in applied.iter().rev().filter(|version| versions.contains(&version.as_str())) {
        there.push(find(loaded, version)?);
    }
    each(conn, context, &there, Direction::Down, done)
}

fn each(
    conn: &mut PgConnection,
    context: &Context,
    migrations: &[&Loaded],
    direction: Direction,
    done: &mut Vec<String>,
) -> Result<(), Error> {
    let target = Target { schema: context.naming.template(), slug: None, shared: &context.shared };
    for migration in migrations {
        apply(conn, target, migration, direction).map_err(|failed| failed.error)?;
        done.push(migration.name.clone());
    }
    Ok(())
}

/// The migration of `version` among those that were loaded.
pub(crate) fn find<'a>(loaded: &'a [Loaded], version: &str) -> Result<&'a Loaded, Error> {
    loaded.iter().find(|migration| migration.version == version).ok_or_else(|| unknown(version))
}

/// Nobody knows what `version` did.
pub(super) fn unknown(version: &str) -> Error {
    Error::Migrations(format!(
        "version {version} is applied, and there is no such migration here: check out the code that it belongs to"
    ))
}
