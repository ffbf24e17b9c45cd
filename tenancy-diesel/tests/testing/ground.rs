//! A database with two sentinels, each with a table of notes, and honest actions on it.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::testing::{FaultPlan, Interleaver, IsolationReport, OnThreads, Probe, Sentinels};
use tenancy_diesel::{Error, PoolSettings, Tenancy};

diesel::table! { notes (id) { id -> Integer, body -> Text, } }

pub(crate) struct Ground {
    pub(crate) tenancy: Tenancy,
    pub(crate) sentinels: Sentinels,
    database: TestDatabase,
}

impl Ground {
    /// With one note in each tenant that holds its marker.
    pub(crate) fn new() -> Self {
        let ground = Self::barren();
        let plant = |conn: &mut PgConnection, sentinel: &tenancy_diesel::testing::Sentinel| {
            add(conn, sentinel.marker())
        };
        ground.sentinels.plant(&ground.tenancy, plant).unwrap();
        ground
    }

    /// With nothing planted.
    pub(crate) fn barren() -> Self {
        let database = test_server().fresh_database();
        // Fewer connections than workers: each changes its tenant all the time.
        let pool = PoolSettings {
            max_size: 3,
            connection_timeout: Duration::from_secs(10),
            ..PoolSettings::default()
        };
        let tenancy = Tenancy::builder().database_url(database.url()).pool(pool).build().unwrap();
        tenancy.init().unwrap();
        PgConnection::establish(database.url())
            .unwrap()
            .batch_execute(
                "CREATE TABLE base_template.notes (id serial PRIMARY KEY, body text NOT NULL);
                 CREATE TABLE public.notes (id serial PRIMARY KEY, body text NOT NULL);",
            )
            .unwrap();
        let sentinels = Sentinels::create(&tenancy, 2).unwrap();
        Self { tenancy, sentinels, database }
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// A connection without the library.
    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(self.url()).unwrap()
    }

    /// A check without faults, with the honest reader that every check needs.
    pub(crate) fn calm(&self) -> Interleaver<OnThreads> {
        Interleaver::on_threads(&self.tenancy, &self.sentinels, self.url())
            .faults(FaultPlan::none())
            .operations(200)
            .reads("honest list", honest_list)
    }
}

pub(crate) fn bodies(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    notes::table.select(notes::body).load(conn)
}

pub(crate) fn add(conn: &mut PgConnection, body: &str) -> QueryResult<()> {
    diesel::insert_into(notes::table).values(notes::body.eq(body)).execute(conn).map(drop)
}

pub(crate) fn honest_list(probe: &Probe) -> Result<Vec<String>, Error> {
    let mut conn = probe.tenancy().connect(probe.tenant())?;
    probe.fault_point();
    Ok(bodies(&mut conn)?)
}

pub(crate) fn honest_add(probe: &Probe) -> Result<(), Error> {
    let mut conn = probe.tenancy().connect(probe.tenant())?;
    conn.transaction(|conn| {
        probe.fault_point();
        add(conn, probe.text())
    })?;
    probe.fault_point();
    Ok(())
}

/// The report says what is wrong, and `assert_isolated!` would panic with it.
pub(crate) fn refused(report: &IsolationReport) -> String {
    assert!(!report.is_isolated(), "{report}");
    let panic = std::panic::catch_unwind(|| tenancy_diesel::assert_isolated!(report)).unwrap_err();
    let text = panic.downcast_ref::<String>().expect("a text").clone();
    assert!(text.contains(&format!("TENANCY_TESTING_SEED={}", report.seed)), "{text}");
    text
}
