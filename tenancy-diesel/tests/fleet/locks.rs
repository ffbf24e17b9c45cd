//! Somebody is in the way.

use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::{FleetEvent, FleetReport, RunOptions};

use crate::desk::{Desk, slug};
use crate::order::{assert_done, assert_registry_is_true};
use crate::world::value;

/// Tenants, one of which has a reader whose transaction stays open.
fn with_reader(tenants: usize, tenant: &str) -> (Desk, PgConnection) {
    let desk = Desk::new();
    desk.create_many(tenants);
    desk.write("2026-02-01-000000_more", "CREATE TABLE more (id int)", None);
    desk.write("2026-02-02-000000_email", "ALTER TABLE customers ADD email text", None);
    let mut reader = desk.world.bare();
    reader
        .batch_execute(&format!(
            "SET application_name TO 'the report'; BEGIN; SELECT count(*) FROM tenant_{tenant}.customers"
        ))
        .unwrap();
    (desk, reader)
}

fn policy(attempts: u32) -> Policy {
    Policy { jobs: Some(2), attempts, lock_timeout: Duration::from_millis(300), ..Policy::default() }
}

fn at_the_new_version(desk: &Desk) -> usize {
    desk.value("SELECT count(*) FROM tenancy.tenants WHERE template_version = '20260202000000'")
        .parse()
        .unwrap()
}

#[test]
fn the_others_go_on_and_the_tenant_is_tried_again_until_its_reader_has_ended() {
    let (desk, mut reader) = with_reader(30, "t11");
    let other = desk.another();
    let mut retries = Vec::new();
    let (report, longest): (FleetReport, Duration) = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let options = RunOptions::from(policy(50));
            let report = other.fleet().migrate(&options, |event| {
                if let FleetEvent::Retry { slug, attempt, reason, .. } = event {
                    retries.push((slug.to_string(), *attempt, (*reason).to_owned()));
                }
            });
            (report.unwrap(), retries)
        });
        // All of the others are done while the reader still reads.
        desk.world
            .wait_for("SELECT count(*) FROM tenancy.tenants WHERE template_version = '20260202000000'", "29");
        // The tenant's own requests come through between two attempts.
        let mut bystander = desk.world.bare();
        let (mut longest, until) = (Duration::ZERO, Instant::now() + Duration::from_secs(2));
        while Instant::now() < until {
            let asked = Instant::now();
            value(&mut bystander, "SELECT count(*) FROM tenant_t11.customers");
            longest = longest.max(asked.elapsed());
        }
        assert_eq!(at_the_new_version(&desk), 29);
        reader.batch_execute("COMMIT").unwrap();
        let (report, told) = run.join().unwrap();
        assert!(!told.is_empty() && told.iter().all(|(slug, ..)| slug == "t11"), "{told:?}");
        assert!(told.iter().any(|(_, _, reason)| reason.contains("the report")), "{told:?}");
        assert!(told.iter().enumerate().all(|(n, (_, attempt, _))| *attempt as usize == n + 1), "{told:?}");
        (report, longest)
    });
    assert!(report.is_success(), "{report:?}");
    // The lock timeout is 300 ms; the rest is for a busy machine.
    assert!(longest < Duration::from_millis(1_300), "a reader waited for {longest:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn when_the_attempts_are_used_up_it_is_said_who_was_in_the_way() {
    let (desk, mut reader) = with_reader(12, "t05");
    let pid = value(&mut reader, "pg_backend_pid()");
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(policy(2)), |_| {}).unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug == slug("t05"), "{report:?}");
    let error = failed[0].error.as_deref().unwrap();
    assert!(
        error.contains("lock timeout") && error.contains(&format!("session {pid} (the report")),
        "{error}"
    );
    assert!(error.contains("tried 2 times") && failed[0].attempts == 2, "{error}");
    assert_eq!(failed[0].done, ["2026-02-01-000000_more"], "what was done before stays");
    assert_eq!(at_the_new_version(&desk), 11);
    assert_registry_is_true(&mut desk.world.bare());
    drop(reader);
    let again = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
    assert!(again.is_success() && again.tenants.len() == 1, "{again:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_group_with_a_reader_in_it_does_not_hold_the_others_up() {
    let (desk, reader) = with_reader(24, "t23");
    let other = desk.another();
    let policy =
        Policy { jobs: Some(1), attempts: 3, lock_timeout: Duration::from_secs(3), ..Policy::default() };
    thread::scope(|scope| {
        let run = scope.spawn(|| other.fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap());
        // In a group, t22 would be locked until t23's reader has ended or the patience has.
        let mut bystander = desk.world.bare();
        let mut longest = Duration::ZERO;
        while at_the_new_version(&desk) < 23 {
            let asked = Instant::now();
            value(&mut bystander, "SELECT count(*) FROM tenant_t22.customers");
            longest = longest.max(asked.elapsed());
        }
        // A group waits for 200 ms; the rest is for a busy machine.
        assert!(longest < Duration::from_millis(1_500), "a reader of another tenant waited for {longest:?}");
        drop(reader);
        assert!(run.join().unwrap().is_success());
    });
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_deadlock_with_a_request_is_tried_again() {
    let desk = Desk::new();
    desk.create_many(1);
    desk.write(
        "2026-02-01-000000_both",
        "ALTER TABLE customers ADD email text; ALTER TABLE tickets ADD x int",
        None,
    );
    // The template first, so that only the tenant is left.
    desk.tenancy().fleet().migrate_template().unwrap();
    let mut request = desk.world.bare();
    // Never the victim itself.
    request
        .batch_execute("SET deadlock_timeout TO '1min'; BEGIN; INSERT INTO tenant_t00.tickets DEFAULT VALUES")
        .unwrap();
    let other = desk.another();
    let mut retries = 0;
    thread::scope(|scope| {
        let run = scope.spawn(|| {
            let policy = Policy { lock_timeout: Duration::from_secs(20), attempts: 5, ..Policy::default() };
            let report = other.fleet().migrate(&RunOptions::from(policy), |event| {
                retries += usize::from(matches!(event, FleetEvent::Retry { .. }));
            });
            (report.unwrap(), retries)
        });
        desk.world.wait_for(
            "SELECT count(*) FROM pg_locks WHERE relation = 'tenant_t00.tickets'::regclass AND NOT granted",
            "1",
        );
        // It waits for the migration, which waits for it.
        request.batch_execute("INSERT INTO tenant_t00.customers (name) VALUES ('x'); COMMIT").unwrap();
        let (report, retries) = run.join().unwrap();
        assert!(report.is_success() && retries >= 1, "{retries}: {report:?}");
    });
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn sessions_of_a_group_say_whose_they_are_until_its_end() {
    let desk = Desk::new();
    desk.create_many(10);
    for n in 0..10 {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('x')"));
    }
    desk.world.sql(
        "CREATE FUNCTION public.who() RETURNS text LANGUAGE sql VOLATILE AS
            'SELECT current_setting(''application_name'')'",
    );
    desk.write("2026-02-01-000000_who", "ALTER TABLE customers ADD who text DEFAULT public.who()", None);
    let report = desk.migrate();
    let run = report.run.unwrap();
    let names = crate::order::answers(
        &mut desk.world.bare(),
        "SELECT split_part(who, ' on ', 1) FROM $schema.customers",
    );
    assert_eq!(names, format!("10: tenancy migrate run {run}"));
}
