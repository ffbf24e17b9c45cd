//! Migrations are reverted and applied again; what that would do is told before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tenancy_diesel::core::fleet::{Canaries, Direction, Policy, RunState};
use tenancy_diesel::{Error, FleetEvent, Redone, Revert, RunOptions, Stop};

use crate::desk::{Desk, slug};

const NOTES: &str = "2026-02-01-000000_notes";
const MORE: &str = "2026-03-01-000000_more";

/// Two tenants with notes; more is written, and applied to nobody.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write(NOTES, "CREATE TABLE notes (id int)", Some("DROP TABLE notes"));
    assert!(desk.migrate().is_success());
    desk.write(MORE, "CREATE TABLE more (id int)", Some("DROP TABLE more"));
    desk
}

fn tables(desk: &Desk, name: &str) -> String {
    desk.value(&format!("SELECT count(*) FROM pg_tables WHERE tablename = '{name}'"))
}

#[test]
fn a_redo_ends_where_the_template_was() {
    let desk = desk();
    desk.world.sql("INSERT INTO tenant_t00.notes VALUES (1)");
    let mut runs = Vec::new();
    let tenancy = desk.another();
    let redone = tenancy
        .fleet()
        .redo(&Revert::default(), &RunOptions::default(), |event| {
            if let FleetEvent::Begun { direction, .. } = event {
                runs.push(*direction);
            }
        })
        .unwrap();
    assert!(redone.is_success(), "{redone:?}");
    assert_eq!(runs, [Direction::Down, Direction::Up]);
    let Redone { reverted, migrated: Some(Ok(migrated)) } = redone else { panic!("{redone:?}") };
    assert_eq!((reverted.template, migrated.template), (vec![NOTES.to_owned()], vec![NOTES.to_owned()]));
    assert_eq!((reverted.tenants.len(), migrated.tenants.len()), (2, 2));
    assert_eq!((tables(&desk, "notes").as_str(), tables(&desk, "more").as_str()), ("3", "0"));
    assert_eq!(desk.value("SELECT count(*) FROM tenant_t00.notes"), "0", "what the table held is gone");
}

#[test]
fn a_tenant_that_cannot_be_reverted_keeps_the_rest_from_being_applied_again() {
    let desk = desk();
    desk.world.sql("CREATE VIEW tenant_t01.v AS SELECT * FROM tenant_t01.notes");
    let tenancy = desk.another();
    let redone = tenancy.fleet().redo(&Revert::default(), &RunOptions::default(), |_| {}).unwrap();
    assert!(!redone.is_success() && redone.migrated.is_none(), "{redone:?}");
    assert_eq!(redone.reverted.state, Some(RunState::Failed));
    assert_eq!(tables(&desk, "notes"), "1");
}

#[test]
fn a_redo_of_nothing_is_a_success() {
    let desk = desk();
    let tenancy = desk.another();
    let redone = tenancy.fleet().redo(&Revert::Steps(0), &RunOptions::default(), |_| {}).unwrap();
    assert!(redone.is_success() && redone.migrated.is_none(), "{redone:?}");
}

#[test]
fn what_a_revert_would_do_is_told_before() {
    let desk = desk();
    let tenancy = desk.another();
    let plan = tenancy.fleet().plan_revert(&Revert::default(), &Policy::default()).unwrap();
    assert_eq!((plan.migrations, plan.tenants.len()), (vec![NOTES.to_owned()], 2));
    let only = Policy { only: vec![slug("t01")], ..Policy::default() };
    let plan = tenancy.fleet().plan_revert(&Revert::default(), &only).unwrap();
    assert_eq!(plan.tenants.tenants().map(|tenant| tenant.slug.as_str()).collect::<Vec<_>>(), ["t01"]);
    assert_eq!(tables(&desk, "notes"), "3", "nothing was done");
}

#[test]
fn a_canary_that_nobody_has_is_named_before_anything_is_done() {
    let desk = desk();
    let tenancy = desk.another();
    let policy = Policy { canaries: Canaries::Named(vec![slug("t00"), slug("nobody")]), ..Policy::default() };
    let unknown =
        |error: Error| assert!(matches!(&error, Error::UnknownTenant(name) if name == "nobody"), "{error}");
    unknown(tenancy.fleet().plan(&policy).unwrap_err());
    unknown(tenancy.fleet().plan_revert(&Revert::default(), &policy).unwrap_err());
    let options = RunOptions::from(policy);
    unknown(tenancy.fleet().migrate(&options, |_| {}).unwrap_err().source);
    unknown(tenancy.fleet().revert(&Revert::default(), &options, |_| {}).unwrap_err().source);
    assert_eq!((tables(&desk, "notes").as_str(), tables(&desk, "more").as_str()), ("3", "0"));
}

#[test]
fn a_signals_flag_pauses_a_run() {
    let desk = desk();
    let flag = Arc::new(AtomicBool::new(false));
    let policy = Policy { wave_size: Some(1), ..Policy::default() };
    let options = RunOptions { stop: Stop::from(Arc::clone(&flag)), ..RunOptions::from(policy) };
    let tenancy = desk.another();
    let report = tenancy
        .fleet()
        .migrate(&options, |event| {
            if let FleetEvent::Tenant(_) = event {
                flag.store(true, Ordering::Relaxed);
            }
        })
        .unwrap();
    assert_eq!((report.state, report.tenants.len(), report.not_begun), (Some(RunState::Paused), 1, 1));
    assert_eq!(tables(&desk, "more"), "2", "the template and one tenant");
}
