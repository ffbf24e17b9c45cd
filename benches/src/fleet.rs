//! Migrations of many tenants: one column and one index in each.

use anyhow::{Result, ensure};
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::Pg;
use diesel::{Connection as _, PgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use tenancy_diesel::{RunOptions, Tenancy};

use crate::herd::Herd;
use crate::measure::{Effort, Lap, Way, times, trips};
use crate::proxy::CountingProxy;
use crate::server::Server;
use crate::table::Table;

const BATCH: &str = "one batch, one transaction per tenant";
const HARNESS: &str = "diesel_migrations, one after the other";
const ONE_JOB: &str = "fleet().migrate(), 1 job";
const QUERY: &str = "one query of the registry's rows";

/// Measures and prints.
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    side_by_side(server, if quick { 50 } else { 200 }, if quick { 2 } else { 5 })?;
    large(server, if quick { 100 } else { 1000 }, if quick { 1 } else { 3 })
}

/// The library against what one would write without it.
fn side_by_side(server: &Server, tenants: usize, rounds: usize) -> Result<()> {
    let (ours, theirs) = (Herd::new(server, tenants)?, Herd::new(server, tenants)?);
    let tenancy = ours.tenancy(ours.url())?;
    let mut ways = [
        batch(&theirs, theirs.url())?,
        harness(&theirs, theirs.url())?,
        migrate(&ours, &tenancy, ONE_JOB, 1),
        migrate(&ours, &tenancy, "fleet().migrate(), 2 jobs", 2),
        migrate(&ours, &tenancy, "fleet().migrate(), 4 jobs", 4),
    ];
    let figures = times(&mut ways, Effort { rounds, laps: 1 })?;

    let (our_proxy, their_proxy) = (CountingProxy::to(ours.url()), CountingProxy::to(theirs.url()));
    let mut counted = trips(
        &mut [
            batch(&theirs, &their_proxy.url(theirs.url()))?,
            harness(&theirs, &their_proxy.url(theirs.url()))?,
        ],
        &their_proxy,
        1,
    )?;
    let through = ours.tenancy(&our_proxy.url(ours.url()))?;
    counted.extend(trips(&mut [migrate(&ours, &through, ONE_JOB, 1)], &our_proxy, 1)?);
    Table::new(format!("A migration of {tenants} tenants, for each tenant"), &figures, BATCH)
        .with_trips(&counted)
        .per(tenants)
        .print();
    Ok(())
}

/// A large fleet.
fn large(server: &Server, tenants: usize, rounds: usize) -> Result<()> {
    let herd = Herd::new(server, tenants)?;
    let tenancy = herd.tenancy(herd.url())?;
    let effort = Effort { rounds, laps: 1 };
    let mut conn = PgConnection::establish(herd.url())?;
    let figures = times(
        &mut [batch(&herd, herd.url())?, migrate(&herd, &tenancy, "fleet().migrate(), 4 jobs", 4)],
        effort,
    )?;
    Table::new(format!("A migration of {tenants} tenants, as a whole"), &figures, BATCH).print();

    let idle = |tenancy: &Tenancy| {
        let report = tenancy.fleet().migrate(&RunOptions::default(), |_| {})?;
        ensure!(report.is_success() && report.tenants.is_empty(), "{report:?}");
        Ok(())
    };
    let status = |tenancy: &Tenancy| {
        ensure!(tenancy.fleet().status()?.len() == tenants);
        Ok(())
    };
    let ways = |tenancy: &Tenancy| {
        let (first, second) = (tenancy.clone(), tenancy.clone());
        [
            Way::new("migrate() with nothing to do", move || idle(&first)),
            Way::new("status()", move || status(&second)),
        ]
    };
    let query = Way::new(QUERY, move || {
        Ok(conn
            .batch_execute("SELECT id, slug, schema_name, migrations FROM tenancy.tenants ORDER BY slug")?)
    });
    let [first, second] = ways(&tenancy);
    let figures = times(&mut [query, first, second], Effort { rounds: 5 * rounds, laps: 2 })?;
    let proxy = CountingProxy::to(herd.url());
    let counted = trips(&mut ways(&herd.tenancy(&proxy.url(herd.url()))?), &proxy, 3)?;
    Table::new(format!("{tenants} tenants, nothing to migrate"), &figures, QUERY)
        .with_trips(&counted)
        .print();
    Ok(())
}

fn migrate<'a>(herd: &'a Herd, tenancy: &'a Tenancy, name: &'static str, jobs: usize) -> Way<'a> {
    Way::parts([name], move |lap| {
        herd.add_migration()?;
        let options = RunOptions::default().jobs(jobs);
        lap.start();
        let report = tenancy.fleet().migrate(&options, |_| {})?;
        lap.mark();
        ensure!(report.is_success() && report.tenants.len() == herd.schemas().len(), "{report:?}");
        Ok(())
    })
}

/// Diesel's own harness, which looks for its table on the search path. The files are read once.
fn harness<'a>(herd: &'a Herd, url: &str) -> Result<Way<'a>> {
    let mut conn = PgConnection::establish(url)?;
    Ok(Way::parts([HARNESS], move |lap: &mut Lap<'_>| {
        herd.add_migration()?;
        let source = FileBasedMigrations::from_path(herd.directory())?;
        let mut migrations: Vec<Box<dyn Migration<Pg>>> = source.migrations().map_err(boxed)?;
        migrations.sort_by_key(|migration| migration.name().version().as_owned());
        lap.start();
        for schema in herd.schemas() {
            conn.batch_execute(&format!("SET search_path TO {schema}"))?;
            let applied = conn.applied_migrations().map_err(boxed)?;
            for migration in migrations.iter().filter(|m| !applied.contains(&m.name().version())) {
                conn.run_migration(&**migration).map_err(boxed)?;
            }
        }
        lap.mark();
        Ok(())
    }))
}

/// The least that is to be done: the statements, both records, one commit, one round trip. It asks no tenant what
/// it has, takes no lock and trusts that the schema is there.
fn batch<'a>(herd: &'a Herd, url: &str) -> Result<Way<'a>> {
    let mut conn = PgConnection::establish(url)?;
    Ok(Way::parts([BATCH], move |lap: &mut Lap<'_>| {
        let (version, sql) = herd.add_migration()?;
        lap.start();
        for schema in herd.schemas() {
            conn.batch_execute(&format!(
                "BEGIN; SET LOCAL search_path TO {schema}; {sql}; \
                 INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}'); \
                 UPDATE tenancy.tenants SET migrations = migrations || '{{{version}}}', template_version = '{version}' \
                 WHERE schema_name = '{schema}'; COMMIT"
            ))?;
        }
        lap.mark();
        Ok(())
    }))
}

fn boxed(error: Box<dyn std::error::Error + Send + Sync>) -> anyhow::Error {
    anyhow::Error::from_boxed(error)
}
