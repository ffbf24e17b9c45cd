//! Canaries, waves, budgets; runs that are paused, resumed and superseded.

use std::fs;

use tenancy_diesel::core::fleet::{Canaries, ErrorBudget, Policy, RunState};
use tenancy_diesel::{Error, FleetError, FleetEvent, FleetReport, IfRunning, Revert, RunOptions, Stop};

use crate::desk::{Desk, slug};
use crate::order::{assert_done, assert_ledger_is_done, assert_registry_is_true};

const EMAIL: &str = "2026-02-01-000000_email";

fn desk(tenants: usize) -> Desk {
    let desk = Desk::new();
    desk.create_many(tenants);
    desk.write(EMAIL, "ALTER TABLE customers ADD email text", Some("ALTER TABLE customers DROP email"));
    desk
}

fn having_email(desk: &Desk) -> String {
    desk.value(
        "SELECT coalesce(string_agg(right(table_schema, 2), ' ' ORDER BY table_schema), '') FROM information_schema.columns \
         WHERE column_name = 'email' AND table_schema LIKE 'tenant%'",
    )
}

fn count_having_email(desk: &Desk) -> usize {
    having_email(desk).split_whitespace().count()
}

fn breaks(desk: &Desk, tenant: &str) {
    desk.world.sql(&format!("ALTER TABLE tenant_{tenant}.customers ADD email int"));
}

fn run(desk: &Desk, policy: Policy) -> FleetReport {
    desk.tenancy().fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap()
}

#[test]
fn when_a_canary_fails_nobody_else_is_touched() {
    let desk = desk(20);
    breaks(&desk, "t07");
    let before = desk.value("SELECT string_agg(xmin::text, ' ' ORDER BY slug) FROM tenancy.tenants WHERE slug NOT IN ('t03', 't07')");
    let canaries = Canaries::Named(vec![slug("t03"), slug("t07")]);
    let policy = Policy { canaries, jobs: Some(4), ..Policy::default() };
    let report = run(&desk, policy);
    assert_eq!((report.state, report.failed().count()), (Some(RunState::Failed), 1), "{report:?}");
    assert!(report.stopped.as_deref().is_some_and(|why| why.contains("canary `t07`")), "{report:?}");
    assert_eq!(report.tenants.len() + report.not_begun, 20);
    assert!(report.not_begun >= 18);
    let after = desk.value("SELECT string_agg(xmin::text, ' ' ORDER BY slug) FROM tenancy.tenants WHERE slug NOT IN ('t03', 't07')");
    assert_eq!(after, before);
    assert_registry_is_true(&mut desk.world.bare());
    // Mended, the run goes on: canaries first again, then the others.
    desk.world.sql("ALTER TABLE tenant_t07.customers DROP email");
    let mut waves = Vec::new();
    let resumed = desk
        .tenancy()
        .fleet()
        .resume(None, &RunOptions::default(), |event| {
            if let FleetEvent::Wave { canary, tenants, .. } = event {
                waves.push((*canary, *tenants));
            }
        })
        .unwrap();
    assert!(resumed.is_success() && resumed.run == report.run, "{resumed:?}");
    assert!(waves[0].0 && waves[1] == (false, 18), "{waves:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_ledger_is_done(&mut desk.world.bare(), report.run.unwrap());
}

#[test]
fn a_budget_is_overdrawn_by_what_is_in_flight_at_most() {
    for budget in [
        ErrorBudget { failures: Some(3), percent: None },
        ErrorBudget { failures: None, percent: Some(10.0) },
    ] {
        let desk = desk(30);
        for n in 0..30 {
            breaks(&desk, &format!("t{n:02}"));
        }
        let report = run(&desk, Policy { budget, jobs: Some(3), ..Policy::default() });
        let failed = report.failed().count();
        assert!((3..=3 + 2).contains(&failed), "{failed} of {budget:?}");
        assert_eq!((report.state, report.not_begun), (Some(RunState::Failed), 30 - report.tenants.len()));
        assert!(report.stopped.as_deref().is_some_and(|why| why.contains("error budget")), "{report:?}");
        assert_registry_is_true(&mut desk.world.bare());
    }
}

#[test]
fn a_run_that_is_stopped_finishes_what_is_in_flight_and_goes_on_in_the_same_waves() {
    let desk = desk(12);
    let policy =
        Policy { canaries: Canaries::Count(2), wave_size: Some(4), jobs: Some(1), ..Policy::default() };
    let options = RunOptions::from(policy);
    let (stop, mut waves) = (options.stop.clone(), Vec::new());
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&options, |event| match event {
            FleetEvent::Wave { tenants, .. } => waves.push(*tenants),
            FleetEvent::Tenant(_) if waves.len() == 2 => stop.request(),
            _ => {}
        })
        .unwrap();
    assert_eq!((report.state, waves.as_slice()), (Some(RunState::Paused), &[2, 4][..]), "{report:?}");
    let done = report.tenants.len();
    assert!((3..=6).contains(&done) && report.not_begun == 12 - done, "{report:?}");
    assert_eq!(count_having_email(&desk), done);
    assert!(!report.is_success() && report.failed().count() == 0);
    let mut after = Vec::new();
    let resumed = desk
        .tenancy()
        .fleet()
        .resume(report.run, &RunOptions::default(), |event| {
            if let FleetEvent::Wave { tenants, .. } = event {
                after.push(*tenants);
            }
        })
        .unwrap();
    assert!(resumed.is_success(), "{resumed:?}");
    let rest: Vec<usize> = [6 - done, 4, 2].into_iter().filter(|left| *left > 0).collect();
    assert_eq!(after, rest, "the waves that were left");
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_ledger_is_done(&mut desk.world.bare(), report.run.unwrap());
}

#[test]
fn a_run_that_is_stopped_before_its_first_wave_begins_nobody() {
    for at in ["begun", "template", "planned", "wave"] {
        let desk = desk(6);
        let options = RunOptions { stop: Stop::new(), ..RunOptions::default().jobs(2) };
        let stop = options.stop.clone();
        let report = desk
            .tenancy()
            .fleet()
            .migrate(&options, |event| {
                let here = match event {
                    FleetEvent::Begun { .. } => "begun",
                    FleetEvent::Template { .. } => "template",
                    FleetEvent::Planned { .. } => "planned",
                    FleetEvent::Wave { .. } => "wave",
                    _ => "",
                };
                if here == at {
                    stop.request();
                }
            })
            .unwrap();
        assert_eq!(
            (report.state, having_email(&desk).as_str()),
            (Some(RunState::Paused), ""),
            "{at}: {report:?}"
        );
        let resumed = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
        assert!(resumed.is_success(), "{at}: {resumed:?}");
        assert_done(desk.tenancy(), &mut desk.world.bare());
    }
}

#[test]
fn somebody_else_may_pause_a_run_and_resume_it() {
    let desk = desk(40);
    desk.write("2026-02-02-000000_slow", "SELECT pg_sleep(0.05)", None);
    let (runner, operator) = (desk.another(), desk.another());
    let report = std::thread::scope(|scope| {
        let run = scope.spawn(|| runner.fleet().migrate(&RunOptions::default().jobs(1), |_| {}).unwrap());
        desk.world.wait_for("SELECT count(*) > 2 FROM tenancy.run_tenants WHERE state = 'done'", "true");
        let latest = operator.runs().latest().unwrap().unwrap();
        assert!(operator.runs().pause(latest.id).unwrap().alive);
        run.join().unwrap()
    });
    assert_eq!(report.state, Some(RunState::Paused));
    assert!(report.not_begun > 0 && report.tenants.len() > 2, "{report:?}");
    assert_registry_is_true(&mut desk.world.bare());
    let resumed = operator.fleet().resume(None, &RunOptions::default().jobs(4), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.run == report.run, "{resumed:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_run_pauses_after_its_canaries_when_it_is_told_to() {
    let desk = desk(9);
    let policy = Policy { canaries: Canaries::Count(3), pause_after_canaries: true, ..Policy::default() };
    let report = run(&desk, policy);
    assert_eq!(
        (report.state, count_having_email(&desk), report.not_begun),
        (Some(RunState::Paused), 3, 6),
        "{report:?}"
    );
    let resumed = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.tenants.len() == 6, "{resumed:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

fn paused(desk: &Desk) -> FleetReport {
    let policy = Policy { canaries: Canaries::Count(2), pause_after_canaries: true, ..Policy::default() };
    let report = run(desk, policy);
    assert_eq!(report.state, Some(RunState::Paused));
    report
}

#[test]
fn a_run_that_is_resumed_goes_to_its_own_target_though_there_are_newer_migrations() {
    let desk = desk(6);
    let first = paused(&desk);
    desk.write("2026-03-01-000000_newer", "CREATE TABLE newer (id int)", None);
    let resumed = desk.tenancy().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.template.is_empty(), "{resumed:?}");
    assert_eq!(count_having_email(&desk), 6);
    assert_eq!(desk.value("SELECT count(*) FROM pg_class WHERE relname = 'newer'"), "0");
    assert_registry_is_true(&mut desk.world.bare());
    assert!(desk.migrate().is_success());
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_run_is_not_resumed_without_one_of_its_migrations_and_can_be_when_it_is_back() {
    let desk = desk(5);
    let first = paused(&desk);
    let (here, away) = (desk.directory().join(EMAIL), desk.directory().join("away"));
    let text = fs::read_to_string(here.join("up.sql")).unwrap();
    fs::remove_dir_all(&here).unwrap();
    assert!(!away.exists());
    let error: FleetError =
        desk.another().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap_err();
    assert!(error.source.to_string().contains("20260201000000"), "{error}");
    assert_eq!(desk.tenancy().runs().find(first.run.unwrap()).unwrap().state, RunState::Failed);
    assert_eq!(count_having_email(&desk), 2);
    desk.write(EMAIL, &text, None);
    let resumed = desk.another().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success(), "{resumed:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_new_run_takes_the_place_of_a_paused_one_only_when_it_is_told_to() {
    let desk = desk(5);
    let first = paused(&desk);
    for if_running in [IfRunning::Wait, IfRunning::GoOn] {
        let options = RunOptions { if_running, ..RunOptions::default() };
        let left = desk.another().fleet().migrate(&options, |_| {}).unwrap();
        assert!(left.run.is_none() && left.left_to.unwrap().contains("which is paused"));
    }
    let refusing = RunOptions { if_running: IfRunning::Refuse, ..RunOptions::default() };
    let refused = desk.another().fleet().migrate(&refusing, |_| {}).unwrap_err();
    assert!(matches!(refused.source, Error::RunPaused(run) if Some(run) == first.run), "{refused}");
    assert_eq!(count_having_email(&desk), 2, "nobody did the paused run's work");
    let mut told = Vec::new();
    let second = desk
        .tenancy()
        .fleet()
        .migrate(&RunOptions { supersede: true, ..RunOptions::default() }, |event| {
            if let FleetEvent::Begun { superseded, .. } = event {
                told = superseded.to_vec();
            }
        })
        .unwrap();
    assert!(second.is_success() && second.tenants.len() == 3, "{second:?}");
    assert_eq!(told, [first.run.unwrap()]);
    let over = desk.tenancy().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap_err();
    assert!(matches!(over.source, Error::RunOver { .. }), "{over}");
    let nothing = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap_err();
    assert!(matches!(nothing.source, Error::NothingToResume), "{nothing}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn tenants_that_were_done_and_lack_it_again_are_done_again_when_the_run_is_resumed() {
    let desk = desk(8);
    let policy = Policy {
        wave_size: Some(2),
        canaries: Canaries::Count(2),
        pause_after_canaries: true,
        ..Policy::default()
    };
    let first = run(&desk, policy);
    let done = first.tenants[0].slug.clone();
    // As after a restore: the schema and its row are those of before.
    desk.world.sql(&format!(
        "ALTER TABLE tenant_{done}.customers DROP email; DELETE FROM tenant_{done}.__diesel_schema_migrations WHERE version = '20260201000000'; \
         UPDATE tenancy.tenants SET migrations = '{{20260101000000}}', template_version = '20260101000000' WHERE slug = '{done}'"
    ));
    let resumed = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.tenants.len() == 7, "{resumed:?}");
    let mut conn = desk.world.bare();
    assert_done(desk.tenancy(), &mut conn);
    assert_ledger_is_done(&mut conn, first.run.unwrap());
    let waves = desk.value("SELECT string_agg(n::text, ' ' ORDER BY wave) FROM (SELECT wave, count(*) AS n FROM tenancy.run_tenants GROUP BY wave) w");
    assert_eq!(waves, "1 2 2 2 1", "a wave of its own, after all others");
    assert_eq!(desk.tenancy().runs().find(first.run.unwrap()).unwrap().counts.total(), 8);
    assert_eq!(desk.value("SELECT total FROM tenancy.runs"), "8");
}

#[test]
fn a_run_over_some_tenants_is_resumed_beside_one_over_all() {
    let desk = desk(4);
    desk.write("2026-02-02-000000_slow", "SELECT pg_sleep(0.1)", None);
    let policy = Policy {
        only: vec![slug("t01"), slug("t02")],
        canaries: Canaries::Count(1),
        pause_after_canaries: true,
        ..Policy::default()
    };
    let some = run(&desk, policy);
    assert_eq!(some.state, Some(RunState::Paused));
    let mut holder = desk.world.bare();
    crate::world::value(&mut holder, "pg_advisory_lock(hashtextextended('tenancy.fleet', 0))");
    let options = RunOptions { if_running: IfRunning::Refuse, ..RunOptions::default() };
    let resumed = desk.tenancy().fleet().resume(some.run, &options, |_| {}).unwrap();
    assert!(resumed.is_success(), "its own tenants' locks will do: {resumed:?}");
    // And one over all is not resumed beside another, whatever the options say of some tenants.
    drop(holder);
    desk.world.wait_for("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", "0");
    let all = paused(&desk);
    let mut holder = desk.world.bare();
    crate::world::value(&mut holder, "pg_advisory_lock(hashtextextended('tenancy.fleet', 0))");
    let options = RunOptions { if_running: IfRunning::Refuse, ..RunOptions::default().only(slug("t00")) };
    let refused = desk.tenancy().fleet().resume(all.run, &options, |_| {}).unwrap_err();
    assert!(matches!(refused.source, Error::FleetBusy { .. }), "{refused}");
}

#[test]
fn a_run_over_some_tenants_leaves_a_paused_one_over_all_to_be_resumed() {
    let desk = desk(6);
    let all = paused(&desk);
    let some = desk.tenancy().fleet().migrate(&RunOptions::default().only(slug("t01")), |_| {}).unwrap();
    assert!(some.is_success(), "{some:?}");
    let resumed = desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.run == all.run, "{resumed:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_ledger_is_done(&mut desk.world.bare(), all.run.unwrap());
}

#[test]
fn a_commit_that_nobody_heard_of_is_found_done() {
    let desk = desk(12);
    // As if a session had ended when its commit was on its way back.
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&RunOptions::default().jobs(1), |event| {
            if matches!(event, FleetEvent::Wave { .. }) {
                for (tenant, told) in [("t00", true), ("t05", true), ("t07", false)] {
                    let registry = match told {
                        true => "UPDATE tenancy.tenants SET migrations = migrations || '{20260201000000}'::text[], template_version = '20260201000000'",
                        false => "UPDATE tenancy.tenants SET name = name",
                    };
                    desk.world.sql(&format!(
                        "ALTER TABLE tenant_{tenant}.customers ADD email text; \
                         INSERT INTO tenant_{tenant}.__diesel_schema_migrations (version) VALUES ('20260201000000'); \
                         {registry} WHERE slug = '{tenant}'; UPDATE tenancy.run_tenants SET state = 'done' WHERE slug = '{tenant}'"
                    ));
                }
            }
        })
        .unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_done(desk.tenancy(), &mut desk.world.bare());
    assert_ledger_is_done(&mut desk.world.bare(), report.run.unwrap());
}

#[test]
fn what_cannot_be_run_here_is_refused_before_a_run_goes_on() {
    let desk = desk(5);
    let first = paused(&desk);
    fs::write(desk.directory().join(EMAIL).join("up.sql"), "-- tenancy: rust\n").unwrap();
    let refused = desk.another().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap_err();
    assert!(matches!(refused.source, Error::MigrationElsewhere(_)), "{refused}");
    assert!(refused.report.tenants.is_empty(), "no tenant was blamed");
    assert_eq!(desk.tenancy().runs().find(first.run.unwrap()).unwrap().state, RunState::Failed);
}

#[test]
fn a_run_over_some_tenants_ends_although_one_of_them_is_renamed_meanwhile() {
    let desk = desk(3);
    let policy = Policy {
        only: vec![slug("t00"), slug("t01")],
        canaries: Canaries::Named(vec![slug("t00")]),
        pause_after_canaries: true,
        ..Policy::default()
    };
    let first = run(&desk, policy);
    assert_eq!(first.state, Some(RunState::Paused));
    desk.tenancy().provisioner().rename(&slug("t01"), &slug("zeta")).unwrap();
    let resumed = desk.tenancy().fleet().resume(first.run, &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.tenants[0].slug == slug("zeta"), "{resumed:?}");
    assert_eq!(desk.tenancy().runs().find(first.run.unwrap()).unwrap().state, RunState::Done);
}

#[test]
fn what_was_shown_is_reverted_or_nothing() {
    let desk = desk(2);
    assert!(desk.migrate().is_success());
    let shown = desk.tenancy().fleet().plan_revert(&Revert::default(), &Policy::default()).unwrap();
    desk.write("2026-02-09-000000_later", "CREATE TABLE later (id int)", Some("DROP TABLE later"));
    assert!(desk.migrate().is_success());
    let what = Revert::Exactly(shown.versions);
    let refused = desk.tenancy().fleet().revert(&what, &RunOptions::default(), |_| {}).unwrap_err();
    assert!(refused.to_string().contains("moved on"), "{refused}");
    assert_eq!(desk.value("SELECT count(*) FROM pg_tables WHERE tablename = 'later'"), "3");
    assert_eq!(count_having_email(&desk), 2);
}
