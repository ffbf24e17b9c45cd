//! A PostgreSQL server of one's own, with the real programs: who can connect, what is kept, and that nothing
//! is left running, however its process ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use tenancy_diesel::embedded::{EmbeddedError, EmbeddedPostgres, ServerBinaries, test_server};

/// Tells the ignored tests at the end of this file where to work: they are processes to be killed.
const HELPER_DIR: &str = "TENANCY_TEST_HELPER_DIR";

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// A directory that the server's account can reach when the tests run as root.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

fn start(dir: &Path) -> Result<EmbeddedPostgres, EmbeddedError> {
    EmbeddedPostgres::builder().data_dir(dir).durable(false).database("tenancy").start()
}

fn word(url: &str, sql: &str) -> String {
    let mut connection = PgConnection::establish(url).unwrap();
    diesel::sql_query(sql).get_result::<Word>(&mut connection).unwrap().word
}

fn postmaster(dir: &Path) -> u32 {
    let text = fs::read_to_string(dir.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

/// A killed process stays visible until its parent has waited for it, and then has no arguments any more.
fn runs(pid: u32) -> bool {
    match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(arguments) => !arguments.is_empty(),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => Command::new("ps").args(["-p", &pid.to_string()]).output().unwrap().status.success(),
    }
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}: not within 30 seconds");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs one of the helpers at the end as another process, until it says the word `ready`.
fn helper(test: &str, dir: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
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

#[test]
fn data_port_and_password_are_kept_between_two_runs() {
    let place = workplace();
    let dir = place.path().join("server");
    let first = start(&dir).unwrap();
    let url = first.url("tenancy");
    let mut connection = PgConnection::establish(&url).unwrap();
    diesel::sql_query("CREATE TABLE kept AS SELECT 'still here' AS word").execute(&mut connection).unwrap();
    drop(connection);
    first.stop().unwrap();
    assert!(PgConnection::establish(&url).is_err());

    let second = start(&dir).unwrap();
    assert_eq!(second.url("tenancy"), url);
    assert_eq!(word(&url, "SELECT word FROM kept"), "still here");
    assert!(!second.create_database_if_missing("tenancy").unwrap());
}

#[test]
fn dropping_the_server_stops_it() {
    let place = workplace();
    let server = start(&place.path().join("server")).unwrap();
    let pid = postmaster(server.data_dir());
    assert!(runs(pid));
    drop(server);
    assert!(!runs(pid));
}

#[test]
fn nobody_connects_without_the_password() {
    let place = workplace();
    let server = start(&place.path().join("server")).unwrap();
    let (port, dir) = (server.port(), server.data_dir());
    for guess in ["postgres@", "postgres:postgres@", "postgres:wrong@"] {
        let url = format!("postgres://{guess}127.0.0.1:{port}/postgres?passfile=/nonexistent");
        let error = PgConnection::establish(&url).map(drop).unwrap_err().to_string();
        assert!(error.contains("password"), "{error}");
    }
    for (file, mode) in [("pgpass", 0o600), ("server.log", 0o600), ("data", 0o700)] {
        assert_eq!(fs::metadata(dir.join(file)).unwrap().permissions().mode() & 0o777, mode, "{file}");
    }
    assert!(!dir.join("initdb.password").exists());
    // No Unix socket: its file would be in the data directory or a shared one.
    assert_eq!(
        word(&server.url("postgres"), "SELECT current_setting('unix_socket_directories') AS word"),
        ""
    );
    assert!(!format!("{server:?}").contains(server.url("").split('@').next().unwrap()));
}

#[test]
fn the_psql_hint_connects() {
    let place = workplace();
    let server = start(&place.path().join("it's a server")).unwrap();
    if !ServerBinaries::find(None).unwrap().tool("psql").is_file() {
        return; // not every distribution ships it with the server
    }
    let command = format!("{} -Atc 'SELECT current_database()'", server.psql_hint());
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "tenancy", "{output:?}");
    assert!(!server.psql_hint().contains(&server.url("")[20..60]));
}

#[test]
fn text_beyond_ascii_folds_its_case() {
    let database = test_server().fresh_database();
    assert_eq!(word(database.url(), "SELECT lower('ÉCOLE') AS word"), "école");
}

#[test]
fn settings_reach_the_server_but_cannot_open_it() {
    let place = workplace();
    let server = EmbeddedPostgres::builder()
        .data_dir(place.path().join("server"))
        .setting("work_mem", "5MB")
        .setting("listen_addresses", "*")
        .start()
        .unwrap();
    let url = server.url("postgres");
    assert_eq!(word(&url, "SELECT current_setting('work_mem') AS word"), "5MB");
    assert_eq!(word(&url, "SELECT current_setting('listen_addresses') AS word"), "127.0.0.1");
    assert_eq!(word(&url, "SELECT current_setting('fsync') AS word"), "on");
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

/// Children are named by the parent's own list of them, so that no other test loses its watchdog.
#[cfg(target_os = "linux")]
fn kill_watchdogs_of(parent: u32) {
    for task in fs::read_dir(format!("/proc/{parent}/task")).unwrap().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap();
        for child in children.split_whitespace() {
            let arguments = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap();
            if arguments.contains("tenancy-watchdog") {
                assert!(
                    Command::new("sh").args(["-c", &format!("kill -9 {child}")]).status().unwrap().success()
                );
            }
        }
    }
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
fn data_of_another_major_version_is_refused_with_both_versions() {
    let place = workplace();
    let dir = place.path().join("server");
    drop(start(&dir).unwrap());
    fs::write(dir.join("data/PG_VERSION"), "12\n").unwrap();
    let error = start(&dir).unwrap_err();
    assert!(matches!(error, EmbeddedError::WrongVersion { .. }), "{error}");
    let major = ServerBinaries::find(None).unwrap().major();
    for part in ["PostgreSQL 12", &format!("PostgreSQL {major}"), "TENANCY_PG_BIN"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_directory_with_files_of_others_is_left_alone() {
    let place = workplace();
    fs::write(place.path().join("thesis.txt"), "years of work").unwrap();
    let error = start(place.path()).unwrap_err();
    assert!(matches!(error, EmbeddedError::NotOurs { .. }), "{error}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_lost_password_is_said_to_be_lost() {
    let place = workplace();
    let dir = place.path().join("server");
    drop(start(&dir).unwrap());
    fs::remove_file(dir.join("pgpass")).unwrap();
    assert!(matches!(start(&dir).unwrap_err(), EmbeddedError::PasswordLost { .. }));
}

#[test]
fn a_failed_start_shows_the_end_of_the_log_and_leaves_nothing_running() {
    let place = workplace();
    let dir = place.path().join("server");
    let failed = EmbeddedPostgres::builder().data_dir(&dir).setting("work_mem", "a lot").start();
    let error = failed.unwrap_err().to_string();
    assert!(error.contains("work_mem"), "{error}");
    start(&dir).unwrap().stop().unwrap();
}

#[test]
fn names_that_need_quoting_are_refused_before_anything_starts() {
    let place = workplace();
    let dir = place.path().join("server");
    let error = EmbeddedPostgres::builder().data_dir(&dir).database("a\"; --").start().unwrap_err();
    assert!(matches!(error, EmbeddedError::DatabaseName { .. }), "{error}");
    assert!(!dir.exists());
}

#[test]
fn every_test_has_a_database_of_its_own_that_goes_away_with_it() {
    let server = test_server();
    let (one, two) = (server.fresh_database(), server.fresh_database());
    let mut open = PgConnection::establish(one.url()).unwrap();
    diesel::sql_query("CREATE TABLE mine ()").execute(&mut open).unwrap();
    let absent = word(two.url(), "SELECT coalesce(to_regclass('mine')::text, 'absent') AS word");
    assert_eq!(absent, "absent");

    let count = format!("SELECT count(*)::int AS number FROM pg_database WHERE datname = '{}'", one.name());
    let databases = || {
        let mut connection = PgConnection::establish(two.url()).unwrap();
        diesel::sql_query(&count).get_result::<Number>(&mut connection).unwrap().number
    };
    assert_eq!(databases(), 1);
    drop(one); // although a connection to it is open
    assert_eq!(databases(), 0);
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

#[test]
#[ignore = "a process for the tests above to kill"]
fn helper_that_runs_a_server() {
    let _server = start(Path::new(&std::env::var(HELPER_DIR).unwrap())).unwrap();
    println!("\nhelper is ready");
    std::thread::sleep(Duration::from_secs(120));
}

#[test]
#[ignore = "a process for the tests above to kill"]
fn helper_that_holds_a_test_server() {
    hold_a_test_server();
    std::thread::sleep(Duration::from_secs(120));
}

#[test]
#[ignore = "a process that the tests above wait for"]
fn helper_that_ends_with_a_test_server() {
    hold_a_test_server();
}

fn hold_a_test_server() {
    let dir = PathBuf::from(std::env::var(HELPER_DIR).unwrap());
    let database = test_server().fresh_database();
    let data = word(database.url(), "SELECT current_setting('data_directory') AS word");
    fs::write(dir.join("test-server"), Path::new(&data).parent().unwrap().display().to_string()).unwrap();
    println!("\nhelper is ready");
}
