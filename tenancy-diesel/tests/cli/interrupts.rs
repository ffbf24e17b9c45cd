//! Runs that are interrupted, killed, resumed, and those that meet another.

use crate::support::{Operator, Ran};

const DONE: &str = "SELECT count(*) FROM tenancy.run_tenants WHERE state = 'done'";
/// Thirty tenants, and a migration of which each takes a tenth of a second. That somebody has it twice would be seen.
fn slow() -> Operator {
    let operator = Operator::initialized();
    operator.tenants(30);
    let up = "CREATE TABLE slow (id int); SELECT pg_sleep(0.1)";
    operator.migration(1, "slow", up, "DROP TABLE slow; SELECT pg_sleep(0.1)");
    operator
}

#[track_caller]
fn everybody_has_it(operator: &Operator) {
    operator.tenancy("status --check").ok();
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'slow'";
    assert_eq!(operator.count(tables), 31);
    assert_eq!(operator.count("SELECT count(*) FROM tenancy.run_tenants WHERE state <> 'done'"), 0);
}

/// How many tenants it says that it brought to the end, and of how many.
fn migrated(ran: &Ran) -> (i64, i64) {
    let words: Vec<_> = ran.stdout.split_whitespace().collect();
    (words[1].parse().unwrap(), words[3].parse().unwrap())
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_says_how_to_resume() {
    for signal in ["INT", "TERM"] {
        let operator = slow();
        let running = operator.start("migrate --jobs 2 --group 1");
        operator.until(DONE, 3);
        running.signal(signal);
        let ran = running.ended();
        let said = ran.failed(1);
        for part in [
            "pausing: finishing the transactions in flight",
            "paused: it was interrupted",
            "`tenancy migrate --resume 1` goes on",
        ] {
            assert!(said.contains(part), "{ran:?}");
        }
        let done = operator.count(DONE);
        assert!(done < 30, "{ran:?}");
        assert_eq!(migrated(&ran), (done, 30), "{ran:?}");
        assert!(ran.stdout.contains(&format!(", {} not begun", 30 - done)), "{ran:?}");
        assert_eq!(operator.tenancy("runs show 1 --json").json()["state"], "paused");
        assert!(operator.tenancy("status").stderr.contains("run 1 is paused: `tenancy migrate --resume`"));

        let resumed = operator.tenancy("migrate --resume 1 --jobs 8");
        assert!(resumed.ok().starts_with(&format!("migrated {} tenants in ", 30 - done)), "{resumed:?}");
        assert!(resumed.stderr.contains("run 1 in all: 30 of 30 tenants done"), "{resumed:?}");
        everybody_has_it(&operator);
        assert!(
            operator.tenancy("migrate --resume 1").failed(1).contains("run 1 is done and cannot be resumed")
        );
        assert!(
            operator.tenancy("migrate --resume").failed(1).contains("there is no unfinished run to resume")
        );
    }
}

#[test]
fn ctrl_c_twice_ends_it_at_once_and_it_can_be_resumed() {
    let operator = Operator::initialized();
    operator.tenants(3);
    operator.migration(1, "slow", "CREATE TABLE slow (id int); SELECT pg_sleep(1)", "DROP TABLE slow");
    let running = operator.start("migrate --jobs 3");
    operator.until("SELECT count(*) FROM tenancy.run_tenants", 3);
    running.signal("INT");
    std::thread::sleep(std::time::Duration::from_millis(300));
    running.signal("INT");
    let (ran, signal) = running.whatever();
    assert_eq!((signal, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert_eq!(operator.count(DONE), 0);
    operator.tenancy("migrate --resume --wait").ok();
    assert_eq!(operator.count(DONE), 3);
    operator.tenancy("status --check").ok();
}

#[test]
fn a_run_whose_process_was_killed_is_resumed_to_its_end() {
    let operator = slow();
    let running = operator.start("migrate --jobs 2 --group 3 --canaries 2 --wave-size 10");
    operator.until(DONE, 5);
    running.signal("KILL");
    assert_eq!(running.whatever().1, Some(9));
    assert!(operator.count(DONE) < 30);
    let resumed = operator.tenancy("migrate --resume --wait");
    assert!(resumed.ok().ends_with(" (run 1)\n"), "{resumed:?}");
    everybody_has_it(&operator);
}

#[test]
fn a_run_that_reverts_is_paused_and_resumed_too() {
    let operator = slow();
    operator.tenancy("migrate").ok();
    let running = operator.start("revert --yes --jobs 2 --group 1");
    operator.until("SELECT count(*) FROM tenancy.run_tenants WHERE run_id = 2 AND state = 'done'", 2);
    running.signal("INT");
    let ran = running.ended();
    assert!(ran.failed(1).contains("`tenancy migrate --resume 2` goes on"), "{ran:?}");
    assert!(ran.stdout.starts_with("reverted 2026-11-20-000001_slow in "), "{ran:?}");
    let resumed = operator.tenancy("migrate --resume");
    assert!(resumed.ok().starts_with("reverted 2026-11-20-000001_slow in "), "{resumed:?}");
    assert_eq!(operator.count("SELECT count(*) FROM pg_tables WHERE tablename = 'slow'"), 0);
}

#[test]
fn the_second_of_two_commands_is_refused_waits_or_goes_on_as_it_is_told() {
    let operator = slow();
    let first = operator.start("migrate --jobs 2 --group 1");
    operator.until(DONE, 1);
    let refused = operator.tenancy("migrate");
    let said = refused.failed(1);
    for part in ["another run is under way: session ", "tenancy migrate run 1 on ", "`--wait`", "`--go-on`"] {
        assert!(said.contains(part), "{refused:?}");
    }
    let resumed = operator.tenancy("migrate --resume 1");
    assert!(resumed.failed(1).contains("another run is under way"), "{resumed:?}");
    let goes_on = operator.tenancy("migrate --go-on");
    assert!(goes_on.ok().starts_with("left to another run: session "), "{goes_on:?}");
    let json = operator.tenancy("migrate --go-on --json").report();
    assert!(json["left_to"].as_str().unwrap().contains("tenancy migrate run 1"), "{json}");
    let waits = operator.start("migrate --wait");
    let machine = operator.start("migrate --wait --json");
    let interrupted = operator.start("migrate --wait");
    std::thread::sleep(std::time::Duration::from_millis(500));
    interrupted.signal("INT");
    let interrupted = interrupted.ended();
    assert!(
        interrupted.failed(1).contains("stopped: paused while it waited for another run"),
        "{interrupted:?}"
    );
    assert!(first.ended().ok().starts_with("migrated 30 tenants in "));
    let waited = waits.ended();
    assert!(waited.ok().contains("everything is up to date"), "{waited:?}");
    assert!(waited.stderr.contains("another run is under way: session "), "{waited:?}");
    assert_eq!(machine.ended().lines()[0]["event"], "waiting");
    everybody_has_it(&operator);
    assert_eq!(operator.tenancy("runs --json").json().as_array().unwrap().len(), 1);
}

#[test]
fn ctrl_c_ends_the_wait_for_somebodys_lock_too() {
    let operator = Operator::initialized();
    operator.tenants(2);
    operator.migration(
        1,
        "column",
        "ALTER TABLE tickets ADD COLUMN prio int",
        "ALTER TABLE tickets DROP COLUMN prio",
    );
    let mut reader = operator.session();
    reader.run("BEGIN; SELECT * FROM tenant_t001.tickets");
    let running = operator.start("migrate --lock-timeout 300ms --attempts 1000");
    operator.until(DONE, 1);
    operator.until("SELECT attempts::bigint AS count FROM tenancy.run_tenants WHERE slug = 't001'", 1);
    running.signal("INT");
    let ran = running.ended();
    let said = ran.failed(1);
    assert!(
        said.contains("t001: attempt 1 in vain, the next in ") && said.contains("lock timeout"),
        "{ran:?}"
    );
    assert!(said.contains("holds AccessShareLock on tenant_t001.tickets"), "{ran:?}");
    assert!(ran.stdout.contains("migrated 1 of 2 tenants in "), "{ran:?}");
    assert!(ran.stdout.contains("1 not begun, 1 tried again"), "{ran:?}");
    reader.run("COMMIT");
    operator.tenancy("migrate --resume").ok();
    operator.tenancy("status --check").ok();
}

#[test]
fn a_run_that_takes_the_place_of_an_unfinished_one_says_so() {
    let operator = slow();
    let running = operator.start("migrate --jobs 2 --group 1");
    operator.until(DONE, 1);
    running.signal("INT");
    running.ended().failed(1);
    let refused = operator.tenancy("migrate --jobs 8");
    let refused = refused.failed(1);
    assert!(refused.contains("run 1 is paused") && refused.contains("--resume 1"), "{refused}");
    let left = operator.tenancy("migrate --wait");
    left.ok();
    assert!(left.stdout.contains("left to another run: run 1, which is paused"), "{left:?}");
    let ran = operator.tenancy("migrate --jobs 8 --supersede");
    ran.ok();
    assert!(ran.stderr.contains("run 1 was not finished: this run takes its place"), "{ran:?}");
    assert!(ran.stdout.ends_with(" (run 2)\n"), "{ran:?}");
    assert_eq!(operator.tenancy("runs show 1 --json").json()["state"], "superseded");
    assert!(operator.tenancy("migrate --resume 1").failed(1).contains("run 1 is superseded"));
}

#[test]
fn a_database_that_goes_away_leaves_a_report_and_a_run_to_resume() {
    let operator = slow();
    let running = operator.start("migrate --jobs 2 --group 1");
    operator.until(DONE, 2);
    operator.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name LIKE 'tenancy%' AND datname = current_database()",
    );
    let ran = running.ended();
    let said = ran.failed(1);
    assert!(said.contains("error: ") && said.contains("`tenancy migrate --resume 1`"), "{ran:?}");
    assert_eq!(migrated(&ran).1, 30, "{ran:?}");
    operator.tenancy("migrate --resume --wait").ok();
    everybody_has_it(&operator);
}
