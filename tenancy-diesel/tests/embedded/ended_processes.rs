//! What happens when a process ends without stopping its server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tenancy_diesel::embedded::{EmbeddedError, test_server};

use crate::{eventually, postmaster, runs, start, word, workplace};

/// Tells the last tests of this file where to work when they run as processes of their own, to be killed.
const HELPER_DIR: &str = "TENANCY_TEST_HELPER_DIR";

/// Runs one of the helpers at the end as another process, until it says the word `ready`.
fn helper(test: &str, dir: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("ended_processes::{test}"), "--nocapture"])
        .env(HELPER_DIR, dir)
        .env("TMPDIR", dir)
        .env_remove("TENANCY_TEST_DATABASE_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("helper is ready") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "the helper failed");
    }
    // Kept open, so that its last words do not end it.
    child.stdout = Some(output.into_inner());
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(target_os = "linux")]
fn kill_watchdogs_of(parent: u32) {
    for child in children(parent) {
        let arguments = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap();
        if arguments.contains("tenancy-watchdog") {
            assert!(Command::new("sh").args(["-c", &format!("kill -9 {child}")]).status().unwrap().success());
        }
    }
}

/// Children are named by the parent's own list of them, so that no other test loses its watchdog.
#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).unwrap();
    let lists = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("children")).unwrap());
    lists
        .flat_map(|list| list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_second_start_on_the_same_directory_is_refused_with_the_holder() {
    let place = workplace();
    let dir = place.path().join("server");
    let child = helper("helper_that_runs_a_server", &dir);
    let error = start(&dir).unwrap_err();
    assert!(matches!(&error, EmbeddedError::InUse { pid, .. } if *pid == child.id()), "{error}");
    assert!(error.to_string().contains(&child.id().to_string()), "{error}");
    kill(child);
}

#[test]
fn killing_the_process_stops_the_server() {
    let place = workplace();
    let dir = place.path().join("server");
    let child = helper("helper_that_runs_a_server", &dir);
    let pid = postmaster(&dir);
    assert!(runs(pid));
    kill(child);
    eventually("the server stops", || !runs(pid));
    assert!(!dir.join("data/postmaster.pid").exists(), "it shut down in order");
}

/// A terminal sends Ctrl-C to a whole process group. The parent must be alone in its own, or the server would be
/// gone before the parent has finished its work.
#[test]
#[cfg(target_os = "linux")] // reads the group from /proc
fn ctrl_c_reaches_the_parent_alone() {
    let place = workplace();
    let dir = place.path().join("server");
    let child = helper("helper_that_runs_a_server", &dir);
    let members = children(child.id());
    assert!(members.contains(&postmaster(&dir)) && members.len() >= 2, "{members:?}");
    for pid in members {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // After the name in parentheses: state, parent, group.
        let group = stat.rsplit(')').next().unwrap().split_whitespace().nth(2).unwrap();
        assert_eq!(group, pid.to_string(), "it leads a group of its own");
    }
    kill(child);
}

#[test]
fn the_next_start_waits_for_the_server_of_a_killed_process() {
    let place = workplace();
    let dir = place.path().join("server");
    let child = helper("helper_that_runs_a_server", &dir);
    let pid = postmaster(&dir);
    kill(child);
    let server = start(&dir).unwrap();
    assert!(!runs(pid));
    assert_eq!(word(&server.url("tenancy"), "SELECT 'alive' AS word"), "alive");
}

#[test]
#[cfg(target_os = "linux")] // finds the watchdog by /proc
fn a_server_whose_watchdog_was_killed_too_is_stopped_at_the_next_start() {
    let place = workplace();
    let dir = place.path().join("server");
    let child = helper("helper_that_runs_a_server", &dir);
    let pid = postmaster(&dir);
    kill_watchdogs_of(child.id());
    kill(child);
    std::thread::sleep(Duration::from_millis(200));
    assert!(runs(pid), "nobody was left to stop it");
    let server = start(&dir).unwrap();
    assert!(!runs(pid));
    assert_eq!(word(&server.url("tenancy"), "SELECT 'alive' AS word"), "alive");
}

#[test]
fn leftovers_of_a_killed_start_are_cleaned() {
    let place = workplace();
    let dir = place.path().join("server");
    drop(start(&dir).unwrap());
    // Killed in the middle of initdb.
    fs::create_dir(dir.join("data.unfinished")).unwrap();
    fs::write(dir.join("data.unfinished/PG_VERSION"), "15\n").unwrap();
    fs::write(dir.join("initdb.password"), "secret").unwrap();
    // A number that belongs to somebody else by now: this very process.
    let stale =
        format!("{}\n{}\n1700000000\n1\n\n127.0.0.1\n", std::process::id(), dir.join("data").display());
    fs::write(dir.join("data/postmaster.pid"), stale).unwrap();

    let server = start(&dir).unwrap();
    assert_eq!(word(&server.url("tenancy"), "SELECT 'alive' AS word"), "alive");
    assert!(!dir.join("data.unfinished").exists());
    assert!(!dir.join("initdb.password").exists());
}

#[test]
fn a_test_server_is_gone_with_its_process_however_that_ends() {
    for test in ["helper_that_holds_a_test_server", "helper_that_ends_with_a_test_server"] {
        let temp = workplace();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let mut child = helper(test, temp.path());
        let dir = PathBuf::from(fs::read_to_string(temp.path().join("test-server")).unwrap());
        if test == "helper_that_holds_a_test_server" {
            assert!(runs(postmaster(&dir)));
            kill(child);
        } else {
            assert!(child.wait().unwrap().success());
        }
        eventually("its directory is removed", || !dir.exists());
    }
}

#[test]
#[cfg(target_os = "linux")] // finds the watchdog by /proc
fn throw_away_directories_of_dead_processes_are_swept() {
    let temp = workplace();
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let child = helper("helper_that_holds_a_test_server", temp.path());
    let dir = PathBuf::from(fs::read_to_string(temp.path().join("test-server")).unwrap());
    let pid = postmaster(&dir);
    kill_watchdogs_of(child.id());
    kill(child);
    assert!(dir.exists());

    kill(helper("helper_that_holds_a_test_server", temp.path()));
    assert!(!dir.exists());
    assert!(!runs(pid));
}

/// The process that the tests above kill; by itself, the first start of a server.
#[test]
fn helper_that_runs_a_server() {
    let Some(dir) = helper_dir() else {
        let temp = workplace();
        let server = start(temp.path()).unwrap();
        return assert!(runs(postmaster(server.data_dir())));
    };
    let _server = start(&dir).unwrap();
    println!("\nhelper is ready");
    std::thread::sleep(Duration::from_secs(120));
}

/// The process that the tests above kill; by itself, a test that uses the server of this process.
#[test]
fn helper_that_holds_a_test_server() {
    if hold_a_test_server() {
        std::thread::sleep(Duration::from_secs(120));
    }
}

/// The process that the tests above wait for; by itself, another test that uses the server of this process.
#[test]
fn helper_that_ends_with_a_test_server() {
    hold_a_test_server();
}

fn helper_dir() -> Option<PathBuf> {
    std::env::var_os(HELPER_DIR).map(PathBuf::from)
}

/// Whether this is a process of its own.
fn hold_a_test_server() -> bool {
    let database = test_server().fresh_database();
    let data = word(database.url(), "SELECT current_setting('data_directory') AS word");
    let home = Path::new(&data).parent().unwrap();
    let Some(dir) = helper_dir() else {
        assert!(!data.is_empty());
        return false;
    };
    fs::write(dir.join("test-server"), home.display().to_string()).unwrap();
    println!("\nhelper is ready");
    true
}
