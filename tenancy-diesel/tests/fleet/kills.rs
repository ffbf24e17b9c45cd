//! Runs that are killed, and resumed until they are done.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Tenancy;

use crate::desk::Desk;
use crate::dice::Dice;
use crate::fragile_server::{FragileServer, kill};
use crate::order::{answers, assert_done, assert_ledger_is_done, assert_registry_is_true};
use crate::runner::{self, spawn};
use crate::world::value;

const TENANTS: usize = 60;

/// Half of these hit the runner, half the server; each of the latter needs a start.
fn crashes() -> usize {
    let all: usize = std::env::var("TENANCY_CRASHES").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    all.div_ceil(2)
}

/// A log that tells what ran how often, and a trap: what misses its tenant's table lands here.
const GROUND: &str = "CREATE TABLE log (round int NOT NULL, whose text NOT NULL DEFAULT current_schema())";
const TRAP: &str = "CREATE TABLE public.log (round int, whose text); GRANT ALL ON public.log TO PUBLIC";

/// Adds three migrations, of which the one in the middle leaves a trace each time it runs.
fn add_round(directory: &Path, round: usize) {
    let write = |nth: usize, name: &str, up: &str, down: &str| {
        let path = directory.join(format!("2026-02-{:02}-00000{nth}_{name}", round + 1));
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("up.sql"), up).unwrap();
        std::fs::write(path.join("down.sql"), down).unwrap();
    };
    write(
        1,
        "table",
        &format!("CREATE TABLE r{round} (id bigserial PRIMARY KEY, at timestamptz DEFAULT now())"),
        &format!("DROP TABLE r{round}"),
    );
    // The way down leaves another trace.
    write(
        2,
        "log",
        &format!("INSERT INTO log (round) VALUES ({round})"),
        &format!("INSERT INTO log (round) VALUES (-1 - {round})"),
    );
    write(
        3,
        "column",
        &format!("ALTER TABLE customers ADD COLUMN c{round} text; CREATE INDEX ON customers (c{round})"),
        &format!("ALTER TABLE customers DROP COLUMN c{round}"),
    );
}

/// Whatever was interrupted: no tenant has a round twice, and registry and schemas agree.
fn assert_nothing_twice(conn: &mut PgConnection) {
    assert_registry_is_true(conn);
    let twice = answers(
        conn,
        "SELECT count(*) FROM (SELECT round FROM $schema.log GROUP BY round HAVING count(*) > 1) t",
    );
    assert_eq!(twice, format!("{TENANTS}: 0"));
    let foreign = answers(conn, "SELECT count(*) FROM $schema.log WHERE whose <> '$schema'");
    assert_eq!(foreign, format!("{TENANTS}: 0"));
    assert_eq!(value(conn, "SELECT count(*) FROM public.log"), "0", "it is nobody's");
}

fn assert_round_is_done(tenancy: &Tenancy, conn: &mut PgConnection, round: usize) {
    assert_nothing_twice(conn);
    assert_done(tenancy, conn);
    assert_eq!(
        answers(conn, &format!("SELECT count(*) FROM $schema.log WHERE round = {round}")),
        format!("{TENANTS}: 1")
    );
    let run = tenancy.runs().latest().unwrap().unwrap();
    assert_ledger_is_done(conn, run.id);
    assert_eq!(run.counts.total(), TENANTS as i64);
}

/// 60 tenants with a log.
fn ground(tenancy: &Tenancy, conn: &mut PgConnection, directory: &Path) {
    let path = directory.join("2026-01-02-000000_log");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("up.sql"), GROUND).unwrap();
    tenancy.fleet().migrate_template().unwrap();
    let provisioner = tenancy.provisioner().prove_clones(false);
    for n in 0..TENANTS {
        provisioner.create(&tenancy_diesel::NewTenant::new(crate::desk::slug(&format!("t{n:02}")))).unwrap();
    }
    conn.batch_execute(TRAP).unwrap();
}

#[test]
fn a_runner_that_is_killed_anywhere_is_resumed_until_everybody_is_done_once() {
    let mut dice = Dice::seeded_by("TENANCY_KILL_SEED");
    let desk = Desk::new();
    let mut conn = desk.world.bare();
    ground(desk.tenancy(), &mut conn, desk.directory());
    let go = |dies_at: &str| spawn(desk.world.url(), desk.directory(), dies_at);
    // One that nobody kills tells how long it takes.
    add_round(desk.directory(), 0);
    let began = Instant::now();
    assert!(runner::wait(go("")).success());
    let usual = began.elapsed();
    assert_round_is_done(desk.tenancy(), &mut conn, 0);
    let (mut kills, mut round, mut resumed) = (0, 0, 0);
    while kills < crashes() {
        round += 1;
        add_round(desk.directory(), round);
        loop {
            let mut child = go("");
            if kills < crashes() {
                thread::sleep(usual.mul_f64(dice.roll(1_000) as f64 / 1_000.0));
                // A process that has ended is reaped below, so nobody else has its number.
                if child.try_wait().unwrap().is_none() {
                    kill(child.id());
                    kills += 1;
                }
            }
            let done = runner::wait(child).success();
            assert_nothing_twice(&mut conn);
            if done {
                break;
            }
        }
        assert_round_is_done(desk.tenancy(), &mut conn, round);
        resumed += desk.tenancy().runs().latest().unwrap().unwrap().attempt - 1;
    }
    eprintln!("{kills} kills in {round} rounds of {usual:?}, {resumed} runs were resumed");
    assert!(resumed > 0, "nothing was hit in the middle");
}

#[test]
fn a_runner_that_dies_between_two_phases_is_resumed_from_there() {
    let desk = Desk::new();
    let mut conn = desk.world.bare();
    ground(desk.tenancy(), &mut conn, desk.directory());
    let phases =
        ["begun", "template", "planned", "wave1", "wave2", "wave3", "tenant2", "tenant3", "tenant40"];
    for (round, phase) in phases.into_iter().enumerate() {
        add_round(desk.directory(), round);
        assert!(
            !runner::wait(spawn(desk.world.url(), desk.directory(), phase)).success(),
            "{phase}: it is dead"
        );
        assert_nothing_twice(&mut conn);
        let run = desk.tenancy().runs().latest().unwrap().unwrap();
        assert_eq!(run.standing().to_string(), "interrupted", "{phase}");
        assert!(runner::wait(spawn(desk.world.url(), desk.directory(), "")).success(), "{phase}");
        let same = desk.tenancy().runs().latest().unwrap().unwrap();
        assert_eq!((same.id, same.attempt), (run.id, 2), "{phase}");
        assert_round_is_done(desk.tenancy(), &mut conn, round);
    }
}

#[test]
fn a_runner_that_dies_while_it_reverts_is_resumed_until_all_is_reverted_once() {
    let desk = Desk::new();
    let mut conn = desk.world.bare();
    ground(desk.tenancy(), &mut conn, desk.directory());
    for (round, phase) in ["begun", "template", "wave2", "tenant40"].into_iter().enumerate() {
        add_round(desk.directory(), round);
        assert!(runner::wait(spawn(desk.world.url(), desk.directory(), "")).success());
        let dies_at = format!("down {phase}");
        assert!(
            !runner::wait(spawn(desk.world.url(), desk.directory(), &dies_at)).success(),
            "{phase}: it is dead"
        );
        assert_nothing_twice(&mut conn);
        assert!(runner::wait(spawn(desk.world.url(), desk.directory(), "")).success(), "{phase}");
        assert_nothing_twice(&mut conn);
        let run = desk.tenancy().runs().latest().unwrap().unwrap();
        assert_eq!((run.direction.as_str(), run.attempt), ("down", 2), "{phase}");
        assert_ledger_is_done(&mut conn, run.id);
        let traces = format!("SELECT count(*) FROM $schema.log WHERE round IN ({round}, -1 - {round})");
        assert_eq!(answers(&mut conn, &traces), format!("{TENANTS}: 2"));
        let versions =
            "SELECT string_agg(version, ' ' ORDER BY version) FROM $schema.__diesel_schema_migrations";
        assert_eq!(answers(&mut conn, versions), format!("{TENANTS}: 20260101000000 20260102000000"));
        for entry in std::fs::read_dir(desk.directory()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().contains("2026-02-") {
                std::fs::remove_dir_all(path).unwrap();
            }
        }
        assert_done(desk.tenancy(), &mut conn);
    }
}

#[test]
fn a_runner_that_dies_within_the_templates_migration_leaves_the_template_as_it_was() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write(
        "2026-02-01-000000_more",
        "CREATE TABLE more (id int); ALTER TABLE customers ADD email text",
        None,
    );
    let mut reader = desk.world.bare();
    reader.batch_execute("BEGIN; LOCK base_template.customers IN ACCESS SHARE MODE").unwrap();
    let child = spawn(desk.world.url(), desk.directory(), "");
    desk.world.wait_for(
        "SELECT count(*) FROM pg_locks WHERE relation = 'base_template.customers'::regclass AND NOT granted",
        "1",
    );
    kill(child.id());
    assert!(!runner::wait(child).success());
    reader.batch_execute("COMMIT").unwrap();
    // Its backend learns of that when it has the lock; until then it holds the template.
    desk.world.wait_for("SELECT to_regclass('base_template.more') IS NULL", "true");
    assert!(runner::wait(spawn(desk.world.url(), desk.directory(), "")).success());
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.runs"), "1");
}

#[test]
fn a_server_that_is_killed_anywhere_loses_nothing_and_does_nothing_twice() {
    let mut dice = Dice::seeded_by("TENANCY_KILL_SEED");
    let mut server = FragileServer::start();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("2026-01-01-000000_desk");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("up.sql"), "CREATE TABLE customers (id bigserial PRIMARY KEY, name text)")
        .unwrap();
    let first = runner::tenancy(&server.url(), directory.path());
    first.init().unwrap();
    ground(&first, &mut server.connect(), directory.path());
    drop(first);
    add_round(directory.path(), 0);
    let began = Instant::now();
    assert!(runner::wait(spawn(&server.url(), directory.path(), "")).success());
    let usual = began.elapsed();
    let (mut kills, mut round, mut resumed) = (0, 0, 0);
    while kills < crashes() {
        round += 1;
        add_round(directory.path(), round);
        loop {
            let mut child = spawn(&server.url(), directory.path(), "");
            if kills < crashes() {
                thread::sleep(usual.mul_f64(dice.roll(1_000) as f64 / 1_000.0));
                if child.try_wait().unwrap().is_none() {
                    strike(&server, &mut dice);
                    kills += 1;
                }
            }
            let done = runner::wait(child).success();
            server.start_again();
            assert_nothing_twice(&mut server.connect());
            if done {
                break;
            }
        }
        let tenancy = runner::tenancy(&server.url(), directory.path());
        assert_round_is_done(&tenancy, &mut server.connect(), round);
        resumed += tenancy.runs().latest().unwrap().unwrap().attempt - 1;
    }
    eprintln!("{kills} kills in {round} rounds of {usual:?}, {resumed} runs were resumed");
    assert!(resumed > 0, "nothing was hit in the middle");
}

/// Kills one that works, whom the postmaster cannot survive without starting anew, or the postmaster.
fn strike(server: &FragileServer, dice: &mut Dice) {
    let busy = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' \
                AND state = 'active' LIMIT 1";
    let backend = value(&mut server.connect(), busy);
    match backend.parse() {
        Ok(backend) if dice.roll(2) == 0 => kill(backend),
        _ => kill(server.postmaster()),
    }
}

#[test]
fn the_machine_of_a_runner_may_vanish_without_a_word() {
    // Its process stands still and holds its locks: another learns whose they are, and cannot take the run away from it.
    let desk = Desk::new();
    desk.create_many(4);
    desk.write("2026-02-01-000000_slow", "SELECT pg_sleep(0.3)", None);
    let child = spawn(desk.world.url(), desk.directory(), "");
    desk.world.wait_for("SELECT count(*) FROM tenancy.run_tenants", "4");
    signal(child.id(), "STOP");
    let run = desk.tenancy().runs().latest().unwrap().unwrap();
    let options = tenancy_diesel::RunOptions {
        if_running: tenancy_diesel::IfRunning::Refuse,
        ..tenancy_diesel::RunOptions::default()
    };
    let refused = desk.tenancy().fleet().resume(Some(run.id), &options, |_| {}).unwrap_err();
    assert!(
        refused.source.to_string().contains(&format!("tenancy migrate run {}", run.id)),
        "{}",
        refused.source
    );
    // An operator ends its sessions; from then on the run is another's.
    desk.world.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                    AND application_name LIKE 'tenancy migrate run%'",
    );
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND application_name LIKE 'tenancy migrate run%'";
    desk.world.wait_for(sessions, "0");
    let report = desk.tenancy().fleet().resume(Some(run.id), &options, |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    signal(child.id(), "CONT");
    assert!(!runner::wait(child).success(), "it learns that it was replaced");
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_ledger_is_done(&mut desk.world.bare(), run.id);
}

fn signal(process: u32, signal: &str) {
    let status =
        std::process::Command::new("kill").args([format!("-{signal}"), process.to_string()]).status();
    assert!(status.unwrap().success());
    thread::sleep(Duration::from_millis(1));
}
