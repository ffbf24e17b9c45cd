//! The control plane's own migrations.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use crate::error::Error;
use crate::migrations::Migrations;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/registry");

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Bool)]
    present: bool,
    #[diesel(sql_type = Bool)]
    ours: bool,
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = Nullable<Text>)]
    version: Option<String>,
}

/// Creates schema `tenancy` and brings its tables up to date, in one transaction. Idempotent; many processes
/// may do it at once. Returns how many migrations were applied.
///
/// # Errors
///
/// [`Error::Query`] when a schema `tenancy` exists that is somebody else's, or a migration fails.
pub(crate) fn install(conn: &mut PgConnection) -> Result<usize, Error> {
    let result: diesel::migration::Result<usize> = conn.transaction::<_, Box<dyn std::error::Error + Send + Sync>, _>(|conn| {
        sql_query("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tenancy.install', 0))")
            .execute(conn)?;
        let standing: Standing = sql_query(
            "SELECT pg_catalog.to_regnamespace('tenancy') IS NOT NULL AS present, \
             pg_catalog.to_regclass('tenancy.__diesel_schema_migrations') IS NOT NULL AS ours",
        )
        .get_result(conn)?;
        if standing.present && !standing.ours {
            return Err("a schema `tenancy` exists that this library did not make: rename it".into());
        }
        if !standing.present {
            conn.batch_execute("CREATE SCHEMA tenancy; COMMENT ON SCHEMA tenancy IS 'control plane of the tenancy library';")?;
        }
        // Diesel's bookkeeping is unqualified: it lands where the path points.
        conn.batch_execute("SET LOCAL search_path TO tenancy, pg_temp")?;
        Ok(conn.run_pending_migrations(MIGRATIONS)?.len())
    });
    result.map_err(|error| Error::Query {
        doing: "install the control plane",
        source: diesel::result::Error::QueryBuilderError(error),
    })
}

/// Whether the control plane is there with every migration of this version.
pub(crate) fn is_installed(conn: &mut PgConnection) -> Result<bool, Error> {
    let there: Standing = sql_query(
        "SELECT pg_catalog.to_regclass('tenancy.tenants') IS NOT NULL AS present, \
         pg_catalog.to_regclass('tenancy.__diesel_schema_migrations') IS NOT NULL AS ours",
    )
    .get_result(conn)
    .map_err(Error::query("look for the control plane"))?;
    if !(there.present && there.ours) {
        return Ok(false);
    }
    let newest: Newest =
        sql_query("SELECT pg_catalog.max(version) AS version FROM tenancy.__diesel_schema_migrations")
            .get_result(conn)
            .map_err(Error::query("read the control plane's version"))?;
    let wanted = Migrations::embedded(MIGRATIONS).catalog()?;
    Ok(newest.version.as_deref() >= wanted.newest())
}
