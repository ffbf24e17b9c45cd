//! Sessions of a run that somebody ends.

use std::thread;
use std::time::Duration;

use tenancy_diesel::core::fleet::{Policy, RunState};
use tenancy_diesel::{FleetError, FleetReport, PoolSettings, RunOptions};

use crate::desk::Desk;
use crate::order::{answers, assert_done, assert_ledger_is_done, assert_registry_is_true};
use crate::world::ASLEEP;

const TENANTS: usize = 16;

/// Tenants with one migration that leaves a trace each time it runs, and is slow enough to be hit.
fn desk(migration: &str) -> Desk {
    let desk = Desk::new();
    desk.write("2026-01-02-000000_log", "CREATE TABLE log (whose text DEFAULT current_schema())", None);
    assert!(desk.migrate().is_success());
    desk.create_many(TENANTS);
    for n in 0..TENANTS {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('x')"));
    }
    desk.world.sql(
        "CREATE FUNCTION public.slowly() RETURNS int LANGUAGE plpgsql VOLATILE AS
            'BEGIN INSERT INTO log DEFAULT VALUES; PERFORM pg_sleep(0.04); RETURN 1; END'",
    );
    desk.write("2026-02-01-000000_trace", migration, None);
    desk
}

/// Statements whose session stands alone, and such as share a transaction.
const ALONE: &str = "INSERT INTO log DEFAULT VALUES; SELECT pg_sleep(0.05)";
const TOGETHER: &str = "ALTER TABLE customers ADD n int DEFAULT public.slowly()";

/// Runs, and ends the sessions that `which` chooses when some tenants are done.
fn struck(desk: &Desk, which: &str) -> Result<FleetReport, FleetError> {
    let pool = PoolSettings { connection_timeout: Duration::from_secs(5), ..PoolSettings::default() };
    let runner = desk.another_with(|builder| builder.pool(pool));
    thread::scope(|scope| {
        let run = scope.spawn(|| runner.fleet().migrate(&RunOptions::default().jobs(2), |_| {}));
        desk.world.wait_for("SELECT count(*) > 2 FROM tenancy.run_tenants WHERE state = 'done'", "true");
        let strike = format!(
            "SELECT count(pg_terminate_backend(a.pid)) > 0 FROM pg_stat_activity a WHERE a.datname = current_database() \
             AND a.application_name LIKE 'tenancy migrate run%' AND {which}"
        );
        desk.world.wait_for(&strike, "true");
        run.join().unwrap()
    })
}

const CAPTAIN: &str =
    "EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1)";
const WORKER: &str = "a.wait_event = 'PgSleep'";

/// The run goes on from where it is, and everybody has one trace.
fn assert_resumed_to_the_end(desk: &Desk) {
    let mut conn = desk.world.bare();
    assert_registry_is_true(&mut conn);
    let report = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_done_once(desk, &report);
}

fn assert_done_once(desk: &Desk, report: &FleetReport) {
    let mut conn = desk.world.bare();
    assert_done(desk.tenancy(), &mut conn);
    assert_eq!(
        answers(&mut conn, "SELECT count(*) FROM $schema.log WHERE whose = '$schema'"),
        format!("{TENANTS}: 1")
    );
    assert_ledger_is_done(&mut conn, report.run.unwrap());
}

#[test]
fn a_run_whose_captain_is_gone_ends_with_an_error_and_its_report() {
    for migration in [ALONE, TOGETHER] {
        let desk = desk(migration);
        let error = struck(&desk, CAPTAIN).unwrap_err();
        let done = error.report.tenants.len();
        assert!(done > 0 && error.report.stopped.is_some(), "{error:?}");
        assert_eq!(error.report.failed().count(), 0, "nobody is to blame: {error:?}");
        let run = desk.tenancy().runs().latest().unwrap().unwrap();
        assert_eq!((run.standing().to_string().as_str(), Some(run.id)), ("interrupted", error.report.run));
        assert!(run.counts.done >= i64::try_from(done).unwrap(), "what it told is done");
        assert_resumed_to_the_end(&desk);
    }
}

#[test]
fn what_a_worker_was_at_when_its_session_ended_is_tried_again() {
    for migration in [ALONE, TOGETHER] {
        let desk = desk(migration);
        let report = struck(&desk, WORKER).unwrap();
        assert!(report.is_success() && report.tenants.len() == TENANTS, "{report:?}");
        assert_done_once(&desk, &report);
    }
}

#[test]
fn a_migration_that_ends_its_session_each_time_is_given_up() {
    let desk = desk("SELECT public.end_session() FROM customers WHERE current_schema() = 'tenant_t03'");
    desk.world.sql(
        "CREATE FUNCTION public.end_session() RETURNS bool LANGUAGE sql VOLATILE SECURITY DEFINER AS
            'SELECT pg_terminate_backend(pg_backend_pid())'",
    );
    let policy = Policy { attempts: 2, ..Policy::default() };
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug.as_str() == "t03" && failed[0].attempts == 2, "{report:?}");
    assert!(failed[0].error.as_deref().unwrap().contains("connection"), "{report:?}");
    assert_eq!((report.tenants.len(), report.state), (TENANTS, Some(RunState::Failed)));
    assert_registry_is_true(&mut desk.world.bare());
}

#[test]
fn a_run_whose_sessions_all_end_at_once_is_resumed() {
    let desk = desk(ALONE);
    let error = struck(&desk, "true").unwrap_err();
    assert!(error.report.stopped.is_some(), "{error:?}");
    desk.world.wait_for(ASLEEP, "0");
    assert_resumed_to_the_end(&desk);
}
