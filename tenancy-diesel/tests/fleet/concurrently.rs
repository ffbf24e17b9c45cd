//! An index is built concurrently, and others come for the locks of its run; somebody reads the template.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::{Policy, RunState};
use tenancy_diesel::{FleetEvent, NewTenant, RunOptions, Stop};

use crate::desk::{Desk, slug};
use crate::order::assert_done;

const INDEX: &str = "CREATE INDEX CONCURRENTLY customers_name_idx ON customers (name)";
const INVALID: &str = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
const BUILDERS: &str = "SELECT count(*) FROM pg_stat_progress_create_index WHERE datname = current_database() \
    AND lockers_total > 0";

fn build(desk: &Desk) {
    let path = desk.write("2026-02-01-000000_index", INDEX, None);
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
}

/// Somebody whose transaction the build waits for.
fn held(desk: &Desk, schema: &str) -> PgConnection {
    let mut writer = desk.world.bare();
    writer.batch_execute(&format!("BEGIN; LOCK TABLE {schema}.customers IN ROW EXCLUSIVE MODE")).unwrap();
    writer
}

fn impatient() -> Policy {
    Policy { jobs: Some(2), attempts: 20, lock_timeout: Duration::from_millis(300), ..Policy::default() }
}

fn sign_up(desk: &Desk, name: &str) {
    desk.another().provisioner().create(&NewTenant::new(slug(name))).unwrap();
}

#[test]
fn sign_ups_that_arrive_while_an_index_of_the_template_is_built_are_in_nobodys_way() {
    let desk = Desk::new();
    desk.create_many(2);
    build(&desk);
    let mut writer = held(&desk, "base_template");
    let run = desk.another();
    let desk = &desk;
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            let mut retries = 0;
            let options = RunOptions::from(Policy { attempts: 1, ..impatient() });
            let report = run.fleet().migrate(&options, |event| {
                retries += usize::from(matches!(event, FleetEvent::TemplateRetry { .. }));
            });
            (report.unwrap(), retries)
        });
        desk.world.wait_for(BUILDERS, "1");
        let sign_ups: Vec<_> =
            (0..3).map(|n| scope.spawn(move || sign_up(desk, &format!("new{n}")))).collect();
        // Longer than PostgreSQL's `deadlock_timeout`: who waits in a statement would be found by now.
        thread::sleep(Duration::from_millis(1_500));
        assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "2", "they wait");
        writer.batch_execute("COMMIT").unwrap();
        let (report, retries) = run.join().unwrap();
        assert!(report.is_success() && retries == 0, "{retries}: {report:?}");
        sign_ups.into_iter().for_each(|sign_up| sign_up.join().unwrap());
    });
    assert_eq!(desk.value(INVALID), "0");
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'customers_name_idx'"), "6");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_rename_that_arrives_while_an_index_of_the_tenant_is_built_is_in_nobodys_way() {
    let desk = Desk::new();
    desk.create_many(2);
    build(&desk);
    let mut writer = held(&desk, "tenant_t01");
    let (run, other) = (desk.another(), desk.another());
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            let options = RunOptions::from(Policy { attempts: 1, ..impatient() });
            run.fleet().migrate(&options, |_| {}).unwrap()
        });
        desk.world.wait_for(BUILDERS, "1");
        let rename = scope.spawn(move || other.provisioner().rename(&slug("t01"), &slug("other")).map(drop));
        thread::sleep(Duration::from_millis(1_500));
        writer.batch_execute("COMMIT").unwrap();

        let report = run.join().unwrap();
        assert!(report.is_success(), "{report:?}");
        rename.join().unwrap().unwrap();
    });
    assert_eq!(desk.value(INVALID), "0");
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE schemaname = 'tenant_other' AND indexname = 'customers_name_idx'"), "1");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

/// Somebody who waits for the lock in a statement, as a clone of the tenant does, and the index of the builder that is the
/// victim.
fn is_built_after_a_deadlock(schema: &str, lock: &str) {
    let desk = Desk::new();
    desk.create_many(2);
    build(&desk);
    let mut writer = held(&desk, schema);
    let (run, lock) = (desk.another(), desk.value(lock));
    let mut waiter = desk.world.bare();
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            let mut retries = Vec::new();
            let report = run.fleet().migrate(&RunOptions::from(impatient()), |event| {
                if let FleetEvent::Retry { reason, .. } | FleetEvent::TemplateRetry { reason, .. } = event {
                    retries.push((*reason).to_owned());
                }
            });
            (report.unwrap(), retries)
        });
        desk.world.wait_for(BUILDERS, "1");
        // Never the victim itself.
        let waits = scope.spawn(move || {
            waiter.batch_execute(&format!("SET deadlock_timeout TO '1min'; {lock}")).unwrap();
            drop(waiter);
        });
        desk.world.wait_for(crate::world::WAITING, "1");
        writer.batch_execute("COMMIT").unwrap();
        waits.join().unwrap();
        let (report, retries) = run.join().unwrap();
        assert!(report.is_success(), "{retries:?}: {report:?}");
        let told = |reason: &String| {
            reason.contains("deadlock detected")
                && reason.contains(
                    "index `customers_name_idx` of `customers`, whose build did not end, was dropped again",
                )
        };
        assert!(retries.iter().any(told), "{retries:?}");
    });
    assert_eq!(desk.value(INVALID), "0");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_deadlock_with_somebody_who_waits_for_the_tenant_is_tried_again_without_the_invalid_index() {
    is_built_after_a_deadlock(
        "tenant_t01",
        "SELECT format('BEGIN; SELECT pg_advisory_xact_lock_shared(1952804461, hashtext(%L)); COMMIT', id) \
           FROM tenancy.tenants WHERE slug = 't01'",
    );
}

#[test]
fn a_deadlock_with_somebody_who_waits_for_the_template_is_tried_again_without_the_invalid_index() {
    is_built_after_a_deadlock(
        "base_template",
        "'BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended(''tenancy.template.base_template'', 0)); COMMIT'",
    );
}

#[test]
fn an_index_that_was_invalid_before_and_one_that_is_dropped_halfway_stay_as_they_are() {
    let desk = Desk::new();
    desk.create_many(1);
    desk.world.sql(&INDEX.replace("customers (", "tenant_t00.customers ("));
    desk.world.sql(&INDEX.replace("customers (", "base_template.customers ("));
    let path = desk.write("2026-02-01-000000_drop", "DROP INDEX CONCURRENTLY customers_name_idx", None);
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
    desk.tenancy().fleet().migrate_template().unwrap();
    let writer = held(&desk, "tenant_t00");
    // It waits for the writer, and is no more valid meanwhile.
    let policy = Policy { statement_timeout: Some(Duration::from_millis(500)), ..impatient() };
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap();
    let error = report.failed().next().unwrap().error.clone().unwrap();
    assert!(
        error.contains("statement timeout")
            && error.contains("`customers_name_idx` of `customers` is invalid"),
        "{error}"
    );
    assert_eq!(desk.value(INVALID), "1", "it was there before");
    drop(writer);
    assert!(desk.migrate().is_success());
    assert_eq!(desk.value(INVALID), "0");
}

#[test]
fn what_was_done_before_the_statement_that_was_in_the_way_is_not_done_twice() {
    let desk = Desk::new();
    desk.create_many(1);
    let path = desk.write(
        "2026-02-01-000000_two",
        "CREATE TABLE more (id int);\nSET lock_timeout TO '200ms';\nALTER TABLE customers ADD email text;",
        None,
    );
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
    desk.tenancy().fleet().migrate_template().unwrap();
    let writer = held(&desk, "tenant_t00");
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(impatient()), |_| {}).unwrap();
    let failed = report.failed().next().unwrap();
    let error = failed.error.as_deref().unwrap();
    assert!(error.contains("lock timeout") && error.contains("the 2 before it stay done"), "{error}");
    assert_eq!(failed.attempts, 1);
    drop(writer);
}

#[test]
fn sign_ups_go_on_between_the_attempts_while_somebody_reads_the_template() {
    let desk = Desk::new();
    desk.create_many(1);
    desk.write("2026-02-01-000000_more", "CREATE TABLE more (id int)", None);
    desk.write("2026-02-02-000000_email", "ALTER TABLE customers ADD email text", None);
    let mut reader = desk.world.bare();
    reader
        .batch_execute(
            "SET application_name TO 'the dump'; BEGIN; SELECT count(*) FROM base_template.customers",
        )
        .unwrap();
    let run = desk.another();
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            let mut retries = Vec::new();
            let report =
                run.fleet().migrate(&RunOptions::from(Policy { attempts: 60, ..impatient() }), |event| {
                    if let FleetEvent::TemplateRetry { attempt, reason, .. } = event {
                        retries.push((*attempt, (*reason).to_owned()));
                    }
                });
            (report.unwrap(), retries)
        });
        desk.world.wait_for(
            "SELECT count(*) FROM pg_locks WHERE relation = 'base_template.customers'::regclass AND NOT granted",
            "1",
        );
        for n in 0..4 {
            let asked = Instant::now();
            sign_up(&desk, &format!("new{n}"));
            // A turn is the lock timeout, 300 ms; the rest is for a busy machine.
            assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        }
        reader.batch_execute("COMMIT").unwrap();
        let (report, retries) = run.join().unwrap();
        assert!(report.is_success(), "{report:?}");
        assert!(
            !retries.is_empty() && retries.iter().all(|(_, told)| told.contains("lock timeout")),
            "{retries:?}"
        );
        assert!(retries.iter().any(|(_, told)| told.contains("the dump")), "{retries:?}");
        assert!(
            retries.iter().enumerate().all(|(n, (attempt, _))| *attempt as usize == n + 1),
            "{retries:?}"
        );
        assert_eq!(
            report.template,
            ["2026-02-01-000000_more", "2026-02-02-000000_email"],
            "the first one once"
        );
    });
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_reader_of_the_template_who_stays_ends_the_run_after_its_attempts() {
    let desk = Desk::new();
    desk.write("2026-02-01-000000_email", "ALTER TABLE customers ADD email text", None);
    let mut reader = desk.world.bare();
    reader
        .batch_execute(
            "SET application_name TO 'the dump'; BEGIN; SELECT count(*) FROM base_template.customers",
        )
        .unwrap();
    let policy = Policy { attempts: 2, ..impatient() };
    desk.create_many(1);
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap();
    let error = report.template_error.as_deref().unwrap();
    for part in ["lock timeout", "the dump", "tried 2 times"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(report.state, Some(RunState::Failed));
}

#[test]
fn a_stop_during_the_template_pauses_the_run_with_what_was_done() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write("2026-02-01-000000_more", "CREATE TABLE more (id int)", None);
    desk.write("2026-02-02-000000_email", "ALTER TABLE customers ADD email text", None);
    let mut reader = desk.world.bare();
    reader.batch_execute("BEGIN; SELECT count(*) FROM base_template.customers").unwrap();
    let stop = Stop::new();
    let options = RunOptions { stop: stop.clone(), ..RunOptions::from(impatient()) };
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&options, |event| {
            if matches!(event, FleetEvent::TemplateRetry { .. }) {
                stop.request();
            }
        })
        .unwrap();
    assert_eq!(
        (report.state, report.template_error.as_deref()),
        (Some(RunState::Paused), None),
        "{report:?}"
    );
    assert_eq!(report.template, ["2026-02-01-000000_more"]);
    assert!(report.tenants.is_empty(), "{report:?}");
    let recorded = RunOptions::default();
    drop(reader);
    let again = desk.tenancy().fleet().resume(None, &recorded, |_| {}).unwrap();
    assert!(again.is_success() && again.template == ["2026-02-02-000000_email"], "{again:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}
