//! A group whose migration leaves everything behind: such texts stand alone, and the wipe holds without that.

use std::fs;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::fleet::{Direction, FleetPlan, Policy, RunnerName};
use tenancy_core::migration::stands_alone;

use super::group::{self, Fate, Group};
use super::member::Member;
use super::patience::Patience;
use super::subjects::{self, Which};
use crate::connection::ControlConnection;
use crate::embedded::{TestDatabase, test_server};
use crate::error::Error;
use crate::ledger::{self, Entry, NewRun};
use crate::pools::SessionPool;
use crate::{Migrations, NewTenant, Tenancy};

const TENANTS: usize = 5;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Tenants who lack one migration, each with its own name in a table, and tables of the same names that are nobody's.
struct Ground {
    tenancy: Tenancy,
    pool: SessionPool,
    database: TestDatabase,
    _directory: tempfile::TempDir,
}

impl Ground {
    fn new(up: &str) -> Self {
        let (database, directory) = (test_server().fresh_database(), tempfile::tempdir().unwrap());
        let write = |name: &str, text: &str| {
            fs::create_dir(directory.path().join(name)).unwrap();
            fs::write(directory.path().join(name).join("up.sql"), text).unwrap();
        };
        let tables =
            "CREATE TABLE own (name text); CREATE TABLE seen (what text); CREATE TABLE deeds (id serial)";
        write("1_tables", tables);
        let tenancy = || {
            let migrations = Migrations::directory(directory.path()).unwrap();
            Tenancy::builder().database_url(database.url()).migrations(migrations).build().unwrap()
        };
        let before = tenancy();
        before.init().unwrap();
        before.fleet().migrate_template().unwrap();
        let mut bare = PgConnection::establish(database.url()).unwrap();
        bare.batch_execute(
            "CREATE TABLE public.own (name text); CREATE TABLE public.seen (what text); \
             GRANT ALL ON public.own, public.seen TO PUBLIC",
        )
        .unwrap();
        for n in 0..TENANTS {
            before.provisioner().create(&NewTenant::new(format!("t{n}").parse().unwrap())).unwrap();
            bare.batch_execute(&format!("INSERT INTO tenant_t{n}.own VALUES ('tenant_t{n}')")).unwrap();
        }
        write("2_x", up);
        let tenancy = tenancy();
        let pool = tenancy.context().control_pool(1);
        Self { tenancy, pool, database, _directory: directory }
    }

    fn session(&self) -> ControlConnection {
        self.pool.control().map(ControlConnection::new).unwrap()
    }

    /// All of them in one group.
    fn run(&self, sql: &str) -> Result<Vec<Fate>, Error> {
        let fleet = self.tenancy.fleet();
        let (catalog, policy) = (fleet.catalog().unwrap(), Policy::default());
        let mut captain = PgConnection::establish(self.database.url()).unwrap();
        let subjects = subjects::read(&mut captain, Which::All, &[]).unwrap();
        let plan = FleetPlan::up(&catalog, subjects, &policy);
        assert_eq!(plan.len(), TENANTS);
        let new = NewRun {
            direction: Direction::Up,
            versions: &catalog.versions(),
            policy: &policy,
            started_by: "a test",
            runner: "a test",
        };
        let hold = ledger::open(&mut captain, &new).unwrap().hold;
        ledger::enroll(&mut captain, hold.id, &plan.waves).unwrap();
        let mut members: Vec<_> =
            plan.tenants().map(|tenant| Member::new(tenant, plan.needed_by(tenant))).collect();
        let group = Group {
            shared: &self.tenancy.context().shared,
            patience: Patience::together(&policy),
            version: "2",
            direction: Direction::Up,
            sql,
            last: true,
            record: Entry { hold, direction: Direction::Up, version: "2", worker: "a test" },
            name: &RunnerName::new(hold.id, "here"),
            count_locks: true,
        };
        group::run(&mut self.session(), &group, &mut members).map(|committed| committed.fates)
    }

    /// Makes everybody lack the migration again.
    fn undo(&self) {
        let mut bare = PgConnection::establish(self.database.url()).unwrap();
        bare.batch_execute("UPDATE tenancy.tenants SET migrations = '{1}', template_version = '1'").unwrap();
        for n in 0..TENANTS {
            bare.batch_execute(&format!(
                "DELETE FROM tenant_t{n}.__diesel_schema_migrations WHERE version = '2'; \
                 TRUNCATE tenant_t{n}.seen, tenant_t{n}.deeds RESTART IDENTITY"
            ))
            .unwrap();
        }
    }

    /// The same, which must have been done to all of them; then what each has seen.
    fn seen(&self, sql: &str) -> Vec<String> {
        assert!(stands_alone(sql).is_some(), "it would share a transaction anyway");
        let before = backend(&mut self.session());
        let fates = self.run(sql).unwrap();
        assert!(fates.iter().all(|fate| matches!(fate, Fate::Done { by_us: true, .. })), "{fates:?}");
        assert_eq!(backend(&mut self.session()), before, "the gate let the session through");
        let mut bare = PgConnection::establish(self.database.url()).unwrap();
        let nobodys = lines(&mut bare, "SELECT what AS line FROM public.seen");
        assert!(nobodys.is_empty(), "{nobodys:?}");
        let all = (0..TENANTS).map(|n| {
            let query =
                format!("SELECT string_agg(what, ' ') AS line FROM tenant_t{n}.seen HAVING count(*) > 0");
            lines(&mut bare, &query).pop().unwrap_or_default()
        });
        all.collect()
    }
}

fn backend(conn: &mut PgConnection) -> i32 {
    sql_query("SELECT pg_catalog.pg_backend_pid() AS pid").get_result::<Backend>(conn).unwrap().pid
}

fn lines(conn: &mut PgConnection, query: &str) -> Vec<String> {
    sql_query(query).load::<Line>(conn).unwrap().into_iter().map(|row| row.line).collect()
}

fn own() -> Vec<String> {
    (0..TENANTS).map(|n| format!("tenant_t{n}")).collect()
}

#[test]
fn what_one_leaves_in_the_session_does_not_answer_for_the_next() {
    let ground = Ground::new("SELECT 1");
    for leaving in [
        // Temporary tables before and behind the tenant's own of that name.
        "CREATE TEMP TABLE IF NOT EXISTS kept AS SELECT name FROM own; INSERT INTO seen SELECT name FROM kept",
        "INSERT INTO seen SELECT name FROM own; CREATE TEMP TABLE own AS SELECT name FROM own; SET search_path TO pg_temp, public",
        "INSERT INTO seen SELECT name FROM own; CREATE TEMP TABLE seen (what text); CREATE TEMP VIEW own AS SELECT 'x'::text AS name",
        // Paths and roles.
        "INSERT INTO seen SELECT name FROM own; SET search_path TO public",
        "INSERT INTO seen SELECT name FROM own; SELECT set_config('search_path', '', true)",
        "INSERT INTO seen SELECT name FROM own; SET ROLE NONE; SET LOCAL row_security TO off",
        "INSERT INTO seen SELECT name FROM own; SET SESSION AUTHORIZATION DEFAULT; RESET ALL",
        "INSERT INTO seen SELECT name FROM own; SET TimeZone TO 'Asia/Tokyo'; SET CONSTRAINTS ALL DEFERRED",
        // Cursors that outlast the transaction.
        "DECLARE c CURSOR WITH HOLD FOR SELECT name FROM own; INSERT INTO seen SELECT current_schema() WHERE (SELECT count(*) FROM pg_cursors) = 1",
        // Settings of one's own.
        "INSERT INTO seen SELECT current_schema() WHERE coalesce(current_setting('app.whose', true), '') = ''; SELECT set_config('app.whose', current_schema(), false)",
        "INSERT INTO seen SELECT current_schema() WHERE coalesce(current_setting('app.whose', true), '') = ''; SELECT set_config('app.whose', current_schema(), true)",
        // The last number of a sequence is the tenant's own.
        "INSERT INTO deeds DEFAULT VALUES; INSERT INTO seen SELECT current_schema() WHERE lastval() = 1 AND currval('deeds_id_seq') = 1",
        // Locks that outlast the transaction, and channels.
        "SELECT pg_advisory_lock(4711); INSERT INTO seen SELECT current_schema() WHERE (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND objid = 4711) = 1",
        "LISTEN own; NOTIFY own, 'x'; INSERT INTO seen SELECT name FROM own",
        // Plans of statements in functions in a shared schema.
        "CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT name FROM own); END'; INSERT INTO seen SELECT pg_temp.f()",
        "INSERT INTO seen SELECT name FROM own -- without an end",
    ] {
        assert_eq!(ground.seen(leaving), own(), "{leaving}");
        ground.undo();
    }
}

#[test]
fn what_is_put_off_to_the_commit_runs_where_it_was_put_off() {
    let sql = "CREATE TABLE noted (what text); \
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen SELECT name FROM own; RETURN NULL; END'; \
        CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON noted DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note(); \
        INSERT INTO noted VALUES ('x')";
    assert_eq!(Ground::new(sql).seen(sql), own());
}

#[test]
fn one_that_fails_undoes_all_of_the_group() {
    let sql = "INSERT INTO seen SELECT name FROM own; SELECT 1 / (current_schema() <> 'tenant_t3')::int";
    let ground = Ground::new(sql);
    assert!(ground.run(sql).is_err());
    let mut bare = PgConnection::establish(ground.database.url()).unwrap();
    let left = "SELECT slug AS line FROM tenancy.tenants WHERE migrations <> '{1}'";
    assert!(lines(&mut bare, left).is_empty());
    for n in 0..TENANTS {
        let left = format!(
            "SELECT what AS line FROM tenant_t{n}.seen UNION ALL \
             SELECT version FROM tenant_t{n}.__diesel_schema_migrations WHERE version <> '1'"
        );
        assert!(lines(&mut bare, &left).is_empty(), "{n}");
    }
}
