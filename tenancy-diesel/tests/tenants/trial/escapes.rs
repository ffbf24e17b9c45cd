//! What tries to outlast a trial, and whom a trial keeps waiting.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::{Migrations, RustMigration, TrialOptions};

use super::{SECOND, THIRD, inventory, named, rows, run, told};
use crate::desk::Desk;
use crate::world::ASLEEP;

#[test]
fn a_migration_that_ends_its_transaction_is_not_run() {
    for (up, word) in [
        (
            "CREATE TABLE public.left_behind (id int); COMMIT; CREATE TABLE public.left_behind2 (id int)",
            "COMMIT",
        ),
        ("ROLLBACK; CREATE TABLE public.left_behind (id int)", "ROLLBACK"),
        (
            "CREATE TABLE public.left_behind (id int); PREPARE TRANSACTION 'left'",
            "PREPARE TRANSACTION 'left'",
        ),
    ] {
        let desk = Desk::new();
        desk.create("acme").unwrap();
        desk.world.sql("GRANT CREATE ON SCHEMA public TO PUBLIC");
        desk.write(SECOND, up, None);
        let before = inventory(&desk);
        let report = run(&desk, &TrialOptions::default());
        for subject in &report.subjects {
            let error = subject.error.as_deref().unwrap();
            assert!(error.contains(SECOND) && error.contains(&format!("cannot be run: `{word}`")), "{error}");
        }
        assert_eq!(inventory(&desk), before);
    }
    // A savepoint of its own ends nothing.
    let desk = Desk::new();
    desk.write(
        SECOND,
        "SAVEPOINT mine; CREATE TABLE a (id int); ROLLBACK TO mine; CREATE TABLE b (id int); RELEASE mine",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    assert!(told(&report.subjects[0]).contains(&"+ table b".to_owned()));
}

#[test]
fn a_function_that_ends_the_transaction_commits_nothing() {
    for (sql, then) in [
        (
            "CREATE TABLE public.left_behind (id int); COMMIT; CREATE TABLE public.left_behind2 (id int)",
            "SELECT 1",
        ),
        ("CREATE TABLE left_behind (id int); END", "CREATE TABLE public.left_behind2 (id int)"),
        ("ROLLBACK; CREATE TABLE public.left_behind (id int)", "CREATE TABLE public.left_behind2 (id int)"),
        (
            "ROLLBACK",
            "CREATE TABLE public.left_behind (id int); SELECT nextval('tenant_acme.tickets_id_seq')",
        ),
        ("SELECT lo_create(0); PREPARE TRANSACTION 'left'", "SELECT 1"),
    ] {
        let desk = Desk::new();
        desk.create("acme").unwrap();
        desk.world.sql("GRANT CREATE ON SCHEMA public TO PUBLIC");
        let function = RustMigration::new(SECOND, move |tenant| {
            // It does not even look at what went wrong.
            let _ = tenant.conn().batch_execute(sql);
            let _ = tenant.conn().batch_execute(then);
            Ok(())
        });
        let migrations = Migrations::directory(desk.directory()).unwrap().with(function.unwrap());
        desk.write(THIRD, "CREATE TABLE notes (id int)", None);
        let service = desk.another_with(|builder| builder.migrations(migrations));
        let before = inventory(&desk);
        let report = service.trial().run(&TrialOptions::default(), |_| {}).unwrap();
        for subject in &report.subjects {
            let error = subject.error.as_deref().unwrap();
            assert!(error.contains(SECOND) && error.contains("nothing of it was kept"), "{sql}: {error}");
            assert!(subject.migrations.is_empty());
        }
        assert_eq!(inventory(&desk), before, "{sql}");
    }
}

#[test]
fn a_connection_that_is_killed_in_the_middle_leaves_nothing_and_the_next_subject_is_tried() {
    let desk = Desk::new();
    desk.create_many(2);
    rows(&desk, "t00", 2);
    desk.write(
        SECOND,
        "CREATE TABLE notes (id int); SELECT pg_sleep(20) FROM customers LIMIT 1; SELECT 1",
        None,
    );
    let before = inventory(&desk);
    let report = thread::scope(|scope| {
        let trial = scope.spawn(|| run(&desk, &TrialOptions::default()));
        desk.world.wait_for(ASLEEP, "1");
        desk.value(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
        );
        trial.join().unwrap()
    });
    assert_eq!(named(&report), ["(template)", "t00", "t01"]);
    let failed: Vec<bool> = report.subjects.iter().map(|subject| subject.error.is_some()).collect();
    assert_eq!(failed, [false, true, false], "{report:?}");
    assert!(report.subjects[1].error.as_deref().unwrap().contains(SECOND), "{report:?}");
    assert_eq!(inventory(&desk), before);
}

#[test]
fn a_trial_waits_two_seconds_and_no_request_waits_for_it() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write(SECOND, "SELECT pg_sleep(1)", None);
    let mut holding = desk.world.bare();
    holding.batch_execute("BEGIN; LOCK tenant_t00.tickets IN ACCESS EXCLUSIVE MODE").unwrap();
    let began = Instant::now();
    let report = thread::scope(|scope| {
        let trial = scope.spawn(|| run(&desk, &TrialOptions::default()));
        desk.world.wait_for(ASLEEP, "1");
        let acme = desk.world.find("t01");
        let mut conn = desk.tenancy().connect(&acme).unwrap();
        conn.batch_execute("INSERT INTO customers (name) VALUES ('now')").unwrap();
        trial.join().unwrap()
    });
    let failed: Vec<bool> = report.subjects.iter().map(|subject| subject.error.is_some()).collect();
    assert_eq!(failed, [false, true, false], "{report:?}");
    assert!(report.subjects[1].error.as_deref().unwrap().contains("lock timeout"), "{report:?}");
    assert!(began.elapsed() < Duration::from_secs(30));
    holding.batch_execute("COMMIT").unwrap();
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
}

#[test]
fn a_tenant_that_is_being_migrated_is_not_tried_at_the_same_time() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    let id = desk.value("SELECT id FROM tenancy.tenants");
    let mut runner = desk.world.bare();
    runner.batch_execute(&format!("SELECT pg_advisory_lock(1952804461, hashtext('{id}'))")).unwrap();
    let report = run(&desk, &TrialOptions::default());
    let error = report.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("neither migrated nor dropped"), "{error}");
}
