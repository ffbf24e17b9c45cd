use anyhow::{Result, ensure};
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::Pg;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use tenancy_diesel::{RunOptions, Tenancy};

use crate::hands::share_out;
use crate::herd::{Change, Herd};
use crate::psql::Psql;

/// One way to migrate all tenants.
pub(super) struct Migrator<'a> {
    pub(super) name: &'static str,
    /// How many it migrates: where it takes too long, not all.
    pub(super) tenants: usize,
    pub(super) run: Run<'a>,
}

type Run<'a> = Box<dyn FnMut(&Change) -> Result<()> + 'a>;

/// The most tenants for whom a process is started each.
const PROCESSES: usize = 100;

/// All of them.
pub(super) fn all<'a>(herd: &'a Herd, tenancy: &'a Tenancy) -> Result<Vec<Migrator<'a>>> {
    let mut all = vec![
        harness(herd, "diesel_migrations, one after the other", 1)?,
        harness(herd, "diesel_migrations, 2 connections", 2)?,
        harness(herd, "diesel_migrations, 4 connections", 4)?,
        harness(herd, "diesel_migrations, 8 connections", 8)?,
        psql(herd, "`psql -f`, one after the other", 1)?,
        psql(herd, "`psql -f`, 4 at a time", 4)?,
    ];
    all.extend(batched(herd)?);
    all.push(migrate(herd, tenancy, "fleet().migrate(), 1 job", 1));
    all.push(migrate(herd, tenancy, "fleet().migrate(), 2 jobs", 2));
    all.extend(several_jobs(herd, tenancy));
    Ok(all)
}

/// Those that keep the server busy.
pub(super) fn busy<'a>(herd: &'a Herd, tenancy: &'a Tenancy) -> Result<Vec<Migrator<'a>>> {
    let mut busy = batched(herd)?;
    busy.extend(several_jobs(herd, tenancy));
    Ok(busy)
}

fn batched(herd: &Herd) -> Result<Vec<Migrator<'_>>> {
    Ok(vec![
        batches(herd, "one batch per tenant, 4 connections", 1, 4)?,
        batches(herd, "one batch per tenant, 8 connections", 1, 8)?,
        batches(herd, "50 tenants per transaction, 4 connections", 50, 4)?,
        batches(herd, "50 tenants per transaction, 8 connections", 50, 8)?,
    ])
}

fn several_jobs<'a>(herd: &'a Herd, tenancy: &'a Tenancy) -> [Migrator<'a>; 2] {
    [
        migrate(herd, tenancy, "fleet().migrate(), 4 jobs", 4),
        migrate(herd, tenancy, "fleet().migrate(), 8 jobs", 8),
    ]
}

/// The library.
fn migrate<'a>(herd: &'a Herd, tenancy: &'a Tenancy, name: &'static str, jobs: usize) -> Migrator<'a> {
    let tenants = herd.schemas().len();
    let run = move |_: &Change| {
        let options = RunOptions::default().jobs(jobs);
        let report = tenancy.fleet().migrate(&options, |_| {})?;
        ensure!(report.is_success() && report.tenants.len() == tenants, "{report:?}");
        Ok(())
    };
    Migrator { name, tenants, run: Box::new(run) }
}

/// Diesel's own harness, which looks for its table on the search path. The files are read once for each connection.
fn harness<'a>(herd: &'a Herd, name: &'static str, connections: usize) -> Result<Migrator<'a>> {
    let (mut conns, directory) = (connect(herd, connections)?, herd.directory());
    let run = move |_: &Change| {
        share_out(&mut conns, herd.schemas(), 1, |conn| {
            let source = FileBasedMigrations::from_path(directory)?;
            let mut migrations: Vec<Box<dyn Migration<Pg>>> = source.migrations().map_err(boxed)?;
            migrations.sort_by_key(|migration| migration.name().version().as_owned());
            Ok(move |schemas: &[String]| {
                for schema in schemas {
                    conn.batch_execute(&format!("SET search_path TO {schema}"))?;
                    let applied = conn.applied_migrations().map_err(boxed)?;
                    for migration in migrations.iter().filter(|m| !applied.contains(&m.name().version())) {
                        conn.run_migration(&**migration).map_err(boxed)?;
                    }
                }
                Ok(())
            })
        })
    };
    Ok(Migrator { name, tenants: herd.schemas().len(), run: Box::new(run) })
}

/// The least that is to be done: the statements, both records, one commit, one round trip for `size` tenants. It asks
/// nobody what it has, takes no lock and trusts that the schemas are there.
fn batches<'a>(herd: &'a Herd, name: &'static str, size: usize, connections: usize) -> Result<Migrator<'a>> {
    let mut conns = connect(herd, connections)?;
    let run = move |Change { version, sql, .. }: &Change| {
        share_out(&mut conns, herd.schemas(), size, |conn| {
            Ok(move |schemas: &[String]| {
                let each = schemas.iter().map(|schema| {
                    format!(
                        "SET LOCAL search_path TO {schema}; {sql}; \
                         INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}'); "
                    )
                });
                let (each, names) = (each.collect::<String>(), schemas.join("', '"));
                Ok(conn.batch_execute(&format!(
                    "BEGIN; {each} \
                     UPDATE tenancy.tenants SET migrations = migrations || '{version}'::text, \
                     template_version = '{version}' WHERE schema_name IN ('{names}'); COMMIT"
                ))?)
            })
        })
    };
    Ok(Migrator { name, tenants: herd.schemas().len(), run: Box::new(run) })
}

/// A process for each tenant.
fn psql<'a>(herd: &'a Herd, name: &'static str, at_once: usize) -> Result<Migrator<'a>> {
    let psql = Psql::find(herd.url())?;
    let schemas = &herd.schemas()[..herd.schemas().len().min(PROCESSES)];
    let run = move |Change { version, sql, .. }: &Change| {
        let file = psql.write(&format!(
            "{sql}; INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"
        ))?;
        share_out(&mut vec![(); at_once], schemas, 1, |()| {
            Ok(|schemas: &[String]| schemas.iter().try_for_each(|schema| psql.run_in(schema, &file)))
        })
    };
    Ok(Migrator { name, tenants: schemas.len(), run: Box::new(run) })
}

fn connect(herd: &Herd, connections: usize) -> Result<Vec<PgConnection>> {
    (0..connections).map(|_| herd.connect()).collect()
}

fn boxed(error: Box<dyn std::error::Error + Send + Sync>) -> anyhow::Error {
    anyhow::Error::from_boxed(error)
}
