//! Many tenants, and a directory of migrations.

use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tempfile::TempDir;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{ManyOptions, Migrations, NewTenant, Tenancy, TenancyBuilder};

use crate::server::{Database, Server};
use crate::{desk, hands};

/// Tenants of a database of their own, cloned from the demo's template; and one that is never migrated.
pub(crate) struct Herd {
    database: Database,
    directory: TempDir,
    slugs: Vec<TenantSlug>,
    schemas: Vec<String>,
    migrations: Cell<usize>,
}

/// A migration that nobody has.
pub(crate) struct Change {
    pub(crate) version: String,
    /// One column and one index.
    pub(crate) sql: String,
    table: &'static str,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const BYSTANDER: &str = "bystander";
/// Columns that are dropped stay in the catalogue, and slow everything down as they grow: three tables share them.
const TABLES: [&str; 3] = ["customers", "tickets", "messages"];
/// What every migration and its undoing leaves dead rows in.
const VACUUM: &str =
    "VACUUM tenancy.tenants, pg_attribute, pg_class, pg_depend, pg_index, pg_shdepend, pg_statistic";

impl Herd {
    /// With `count` tenants.
    pub(crate) fn new(server: &Server, count: usize) -> Result<Self> {
        let (database, directory) = (server.database()?, tempfile::tempdir()?);
        let first = include_str!("../../migrations/tenant/2026-11-20-000001_support_desk/up.sql");
        write(directory.path(), "20261120000001_support_desk", first)?;
        let slugs: Vec<TenantSlug> =
            (0..count).map(|n| Ok(format!("t{n:05}").parse()?)).collect::<Result<_>>()?;
        let schemas = slugs.iter().map(|slug| format!("tenant_{slug}")).collect();
        let herd = Self { database, directory, slugs, schemas, migrations: Cell::new(0) };
        let tenancy = herd.tenancy(herd.url())?;
        tenancy.init()?;
        // What is measured comes later; proving each clone would cost a quarter of the preparation.
        herd.create(&herd.configured(herd.url(), |builder| builder.prove_clones(false))?)?;
        desk::fill(&tenancy, &BYSTANDER.parse()?)?;
        herd.database.sql("VACUUM ANALYZE")?;
        Ok(herd)
    }

    fn create(&self, tenancy: &Tenancy) -> Result<()> {
        let (began, mut done) = (Instant::now(), 0);
        let mut new: Vec<_> = self.slugs.iter().cloned().map(NewTenant::new).collect();
        new.push(NewTenant::new(BYSTANDER.parse()?));
        let report = tenancy.provisioner().create_many(&new, &ManyOptions::default(), |_| {
            done += 1;
            if done % 1_000 == 0 {
                eprintln!("{done} of {} tenants after {:.0} s", new.len(), began.elapsed().as_secs_f64());
            }
            ControlFlow::Continue(())
        })?;
        ensure!(report.is_success(), "not all were created: {:?}", report.stopped);
        Ok(())
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    pub(crate) fn connect(&self) -> Result<PgConnection> {
        self.database.connect()
    }

    /// The library at `url`, with the migrations of the directory as they are when it runs.
    pub(crate) fn tenancy(&self, url: &str) -> Result<Tenancy> {
        self.configured(url, |builder| builder)
    }

    fn configured(
        &self,
        url: &str,
        configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder,
    ) -> Result<Tenancy> {
        let migrations = Migrations::directory(self.directory())?;
        Ok(configure(Tenancy::builder().database_url(url).migrations(migrations)).build()?)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn schemas(&self) -> &[String] {
        &self.schemas
    }

    /// Who is never migrated.
    pub(crate) fn bystander(&self) -> Result<TenantSlug> {
        Ok(BYSTANDER.parse()?)
    }

    /// Writes a migration that all tenants lack.
    pub(crate) fn change(&self) -> Result<Change> {
        let number = self.migrations.get() + 1;
        self.migrations.set(number);
        let version = format!("20261121{number:06}");
        let table = TABLES[number % TABLES.len()];
        let sql = format!(
            "ALTER TABLE {table} ADD COLUMN extra text; CREATE INDEX {table}_extra_idx ON {table} (extra)"
        );
        write(self.directory(), &format!("{version}_extra"), &sql)?;
        self.database.sql(&format!(
            "UPDATE tenancy.tenants SET migrations = migrations || '{version}'::text WHERE slug = '{BYSTANDER}'"
        ))?;
        Ok(Change { version, sql, table })
    }

    /// How many tenants have it.
    pub(crate) fn having(&self, change: &Change) -> Result<usize> {
        let index = format!("{}_extra_idx", change.table);
        let sql = format!(
            "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
             WHERE relname = '{index}' AND nspname <> 'base_template'"
        );
        let found: Count = sql_query(sql).get_result(&mut self.connect()?)?;
        Ok(usize::try_from(found.count)?)
    }

    /// Everything as it was before.
    pub(crate) fn undo(&self, change: &Change) -> Result<()> {
        let Change { version, table, .. } = change;
        fs::remove_dir_all(self.directory().join(format!("{version}_extra")))?;
        let mut conns = [self.connect()?, self.connect()?];
        let undo = |schema: &str| {
            format!(
                "ALTER TABLE {schema}.{table} DROP COLUMN IF EXISTS extra; \
                 DELETE FROM {schema}.__diesel_schema_migrations WHERE version = '{version}'; "
            )
        };
        hands::share_out(&mut conns, self.schemas(), 50, |conn| {
            conn.batch_execute("SET client_min_messages TO warning")?;
            Ok(move |schemas: &[String]| {
                Ok(conn.batch_execute(&schemas.iter().map(|schema| undo(schema)).collect::<String>())?)
            })
        })?;
        self.database.sql(&undo("base_template"))?;
        self.database.sql(&format!(
            "UPDATE tenancy.tenants SET migrations = array_remove(migrations, '{version}'), \
             template_version = '20261120000001' WHERE '{version}' = ANY (migrations)"
        ))?;
        self.database.sql(VACUUM)
    }
}

fn write(directory: &Path, name: &str, sql: &str) -> Result<()> {
    let path = directory.join(name);
    fs::create_dir(&path)?;
    Ok(fs::write(path.join("up.sql"), sql)?)
}
