//! A runner in a process of its own, which can be killed.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::{env, process};

use tenancy_diesel::core::fleet::{Canaries, Policy};
use tenancy_diesel::{Error, FleetEvent, Migrations, Revert, RunOptions, Tenancy};

use crate::desk::Desk;
use crate::fragile_server::kill;
use crate::order;

const JOB: &str = "TENANCY_FLEET_RUNNER";
const THIS: &str = "runner::a_process_of_its_own_migrates_the_fleet";

/// Begins a process that resumes the latest run, or begins one. It kills itself where it is told to: `begun`, `template`,
/// `planned`, `wave2`, `tenant10`; with `down` before that, the run that it begins reverts three migrations.
pub(crate) fn spawn(url: &str, directory: &Path, dies_at: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([THIS, "--exact", "--nocapture", "--test-threads", "1"])
        .env(JOB, format!("{url}\n{}\n{dies_at}", directory.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for its end. What it said is told when it ended badly.
pub(crate) fn wait(child: Child) -> ExitStatus {
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        eprintln!("the runner: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    output.status
}

pub(crate) fn tenancy(url: &str, directory: &Path) -> Tenancy {
    Tenancy::builder()
        .database_url(url)
        .migrations(Migrations::directory(directory).unwrap())
        .build()
        .unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy { canaries: Canaries::Count(2), wave_size: Some(25), jobs: Some(2), ..Policy::default() }
}

fn runs(job: &str) {
    let mut lines = job.lines();
    let mut next = || lines.next().unwrap_or_default();
    let (url, directory, dies_at) = (next(), next(), next().to_owned());
    let tenancy = tenancy(url, Path::new(directory));
    let (down, dies_at) = match dies_at.strip_prefix("down ") {
        Some(dies_at) => (true, dies_at.to_owned()),
        None => (false, dies_at),
    };
    let (mut waves, mut tenants) = (0, 0);
    let mut observer = |event: &FleetEvent<'_>| {
        let here = match event {
            FleetEvent::Begun { .. } => "begun".to_owned(),
            FleetEvent::Template { .. } => "template".to_owned(),
            FleetEvent::Planned { .. } => "planned".to_owned(),
            FleetEvent::Wave { .. } => {
                waves += 1;
                format!("wave{waves}")
            }
            FleetEvent::Tenant(_) => {
                tenants += 1;
                format!("tenant{tenants}")
            }
            _ => return,
        };
        if here == dies_at {
            kill(process::id());
        }
    };
    let options = RunOptions::from(policy());
    let report = match tenancy.fleet().resume(None, &options, &mut observer) {
        Err(error) if matches!(error.source, Error::NothingToResume) && down => {
            tenancy.fleet().revert(&Revert::Steps(3), &options, &mut observer)
        }
        Err(error) if matches!(error.source, Error::NothingToResume) => {
            tenancy.fleet().migrate(&options, &mut observer)
        }
        other => other,
    };
    let report = report.unwrap();
    assert!(report.is_success(), "{report:?}");
}

#[test]
fn a_process_of_its_own_migrates_the_fleet() {
    if let Ok(job) = env::var(JOB) {
        return runs(&job);
    }
    let desk = Desk::new();
    desk.create_many(3);
    desk.write("2026-02-01-000000_more", "CREATE TABLE more (id int)", None);
    assert!(wait(spawn(desk.world.url(), desk.directory(), "")).success());
    order::assert_done(desk.tenancy(), &mut desk.world.bare());
    desk.write("2026-02-02-000000_most", "CREATE TABLE most (id int)", None);
    assert!(
        !wait(spawn(desk.world.url(), desk.directory(), "template")).success(),
        "it died where it was told to"
    );
    assert!(!desk.tenancy().fleet().plan(&Policy::default()).unwrap().is_empty());
}
