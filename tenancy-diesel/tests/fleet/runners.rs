//! Several runners at once.

use std::sync::Barrier;
use std::thread;

use tenancy_diesel::core::fleet::{Policy, RunState};
use tenancy_diesel::{Error, FleetEvent, FleetReport, IfRunning, RunOptions};

use crate::desk::{Desk, slug};
use crate::order::{answers, assert_done};
use crate::runner;
use crate::world::ASLEEP;

/// A migration that leaves a trace each time it runs, and two that would fail the second time.
fn with_traces(tenants: usize) -> Desk {
    let desk = Desk::new();
    desk.create_many(tenants);
    desk.write("2026-02-01-000000_log", "CREATE TABLE log (whose text DEFAULT current_schema())", None);
    desk.write("2026-02-02-000000_log", "INSERT INTO log DEFAULT VALUES", None);
    desk.write("2026-02-03-000000_email", "ALTER TABLE customers ADD email text", None);
    desk
}

fn assert_once(desk: &Desk, tenants: usize) {
    let mut conn = desk.world.bare();
    assert_eq!(
        answers(&mut conn, "SELECT count(*) FROM $schema.log WHERE whose = '$schema'"),
        format!("{tenants}: 1")
    );
    assert_done(desk.tenancy(), &mut conn);
}

fn options(if_running: IfRunning) -> RunOptions {
    RunOptions { if_running, ..RunOptions::default().jobs(2) }
}

fn done(report: &FleetReport) -> usize {
    report.tenants.iter().map(|tenant| tenant.done.len()).sum()
}

#[test]
fn of_runners_that_start_together_one_migrates_and_the_others_find_nothing_to_do() {
    for count in [2, 4] {
        let desk = with_traces(20);
        let others: Vec<_> = (0..count).map(|_| desk.another()).collect();
        let together = Barrier::new(count);
        let reports: Vec<FleetReport> = thread::scope(|scope| {
            let runs: Vec<_> = others
                .iter()
                .map(|tenancy| {
                    scope.spawn(|| {
                        together.wait();
                        tenancy.fleet().migrate(&options(IfRunning::Wait), |_| {}).unwrap()
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert!(reports.iter().all(FleetReport::is_success), "{reports:?}");
        assert_eq!(reports.iter().filter(|report| report.run.is_some()).count(), 1, "{reports:?}");
        assert_eq!(reports.iter().map(done).sum::<usize>(), 60);
        assert_eq!(desk.value("SELECT string_agg(state, ' ') FROM tenancy.runs"), "done");
        assert_once(&desk, 20);
    }
}

#[test]
fn of_processes_that_start_together_one_migrates() {
    let desk = with_traces(20);
    let processes: Vec<_> = (0..4).map(|_| runner::spawn(desk.world.url(), desk.directory(), "")).collect();
    for process in processes {
        assert!(runner::wait(process).success());
    }
    assert_eq!(desk.value("SELECT string_agg(state, ' ') FROM tenancy.runs"), "done");
    assert_once(&desk, 20);
}

#[test]
fn while_one_runs_another_waits_goes_on_or_is_refused_as_it_likes() {
    let desk = with_traces(6);
    desk.write("2026-02-04-000000_slow", "SELECT pg_sleep(0.2)", None);
    let (first, second, third) = (desk.another(), desk.another(), desk.another());
    thread::scope(|scope| {
        let run = scope.spawn(|| first.fleet().migrate(&options(IfRunning::Wait), |_| {}).unwrap());
        desk.world.wait_for("SELECT count(*) > 0 FROM tenancy.run_tenants", "true");
        let mut told = Vec::new();
        let waiting = scope.spawn(|| {
            let report = second.fleet().migrate(&options(IfRunning::Wait), |event| {
                if let FleetEvent::Waiting { holder } = event {
                    told.push((*holder).to_owned());
                }
            });
            (report.unwrap(), told)
        });
        let refused = third.fleet().migrate(&options(IfRunning::Refuse), |_| {}).unwrap_err();
        assert!(matches!(refused.source, Error::FleetBusy { .. }), "{refused}");
        assert!(refused.to_string().contains("tenancy migrate run 1 on "), "{refused}");
        let left = third.fleet().migrate(&options(IfRunning::GoOn), |_| {}).unwrap();
        assert!(!run.is_finished(), "it returned at once");
        assert!(
            left.left_to.as_deref().is_some_and(|who| who.contains("tenancy migrate run 1 on ")),
            "{left:?}"
        );
        assert!(left.run.is_none() && left.tenants.is_empty() && left.template.is_empty());
        assert!(run.join().unwrap().is_success());
        let (second, told) = waiting.join().unwrap();
        assert!(second.is_success() && second.run.is_none() && second.tenants.is_empty(), "{second:?}");
        assert!(told.len() == 1 && told[0].contains("tenancy migrate run 1 on "), "{told:?}");
    });
    assert_once(&desk, 6);
}

#[test]
fn whoever_waits_takes_over_what_a_run_that_failed_left() {
    let desk = with_traces(6);
    desk.write("2026-02-04-000000_slow", "SELECT pg_sleep(0.1); ALTER TABLE tickets ADD x int", None);
    desk.world.sql("ALTER TABLE tenant_t03.tickets ADD x int");
    let (first, second) = (desk.another(), desk.another());
    thread::scope(|scope| {
        let run = scope.spawn(|| first.fleet().migrate(&options(IfRunning::Wait), |_| {}).unwrap());
        desk.world.wait_for("SELECT count(*) > 0 FROM tenancy.run_tenants", "true");
        let waiting = scope.spawn(|| {
            second
                .fleet()
                .migrate(&options(IfRunning::Wait), |event| {
                    if let FleetEvent::Begun { superseded, .. } = event {
                        assert_eq!(superseded.len(), 1);
                        desk.world.sql("ALTER TABLE tenant_t03.tickets DROP x");
                    }
                })
                .unwrap()
        });
        assert_eq!(run.join().unwrap().state, Some(RunState::Failed));
        let second = waiting.join().unwrap();
        assert!(second.is_success() && second.tenants.len() == 1, "{second:?}");
    });
    assert_once(&desk, 6);
}

#[test]
fn runs_over_some_tenants_go_beside_each_other_and_meet_in_nobody_twice() {
    let desk = with_traces(12);
    desk.write("2026-02-04-000000_slow", "SELECT pg_sleep(0.02)", None);
    let others: Vec<_> = (0..3).map(|_| desk.another()).collect();
    let together = Barrier::new(3);
    let reports: Vec<FleetReport> = thread::scope(|scope| {
        let runs: Vec<_> = others
            .iter()
            .enumerate()
            .map(|(n, tenancy)| {
                let together = &together;
                scope.spawn(move || {
                    // 0 to 7, 2 to 9, 4 to 11.
                    let only = (n * 2..n * 2 + 8).map(|t| slug(&format!("t{t:02}"))).collect();
                    let policy = Policy { only, jobs: Some(2), attempts: 20, ..Policy::default() };
                    together.wait();
                    tenancy.fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(reports.iter().all(FleetReport::is_success), "{reports:?}");
    assert_eq!(reports.iter().map(done).sum::<usize>(), 12 * 4, "none of them twice");
    assert_eq!(desk.value("SELECT string_agg(DISTINCT state, ' ') FROM tenancy.run_tenants"), "done");
    assert_once(&desk, 12);
}

#[test]
fn a_run_over_some_and_one_over_all_share_the_work() {
    let desk = with_traces(10);
    desk.write("2026-02-04-000000_slow", "SELECT pg_sleep(0.05)", None);
    let (some, all) = (desk.another(), desk.another());
    thread::scope(|scope| {
        let only = Policy { only: vec![slug("t04"), slug("t05")], jobs: Some(1), ..Policy::default() };
        let some = scope.spawn(move || some.fleet().migrate(&RunOptions::from(only), |_| {}).unwrap());
        desk.world.wait_for(ASLEEP, "1");
        let all = scope.spawn(move || all.fleet().migrate(&options(IfRunning::Refuse), |_| {}).unwrap());
        let (some, all) = (some.join().unwrap(), all.join().unwrap());
        assert!(some.is_success() && all.is_success(), "{some:?} {all:?}");
        assert_eq!(done(&some) + done(&all), 40);
    });
    assert_once(&desk, 10);
}
