//! Start, stop, start again, and what must not work.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use diesel::prelude::*;
use tenancy_diesel::embedded::{EmbeddedError, EmbeddedPostgres, ServerBinaries};

use crate::{postmaster, runs, start, word, workplace};

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
