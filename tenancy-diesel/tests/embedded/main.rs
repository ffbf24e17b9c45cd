//! A PostgreSQL server of one's own, with the real programs: who can connect, what is kept, and that nothing
//! is left running, however its process ends.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests, too")]

mod databases;
mod ended_processes;
mod lifecycle;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::embedded::{EmbeddedError, EmbeddedPostgres};

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
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
