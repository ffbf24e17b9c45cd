//! A server of one's own that can be killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use diesel::{Connection as _, PgConnection};
use tempfile::TempDir;
use tenancy_diesel::embedded::EmbeddedPostgres;

/// The server of a test, with its data.
pub(crate) struct FragileServer {
    server: Option<EmbeddedPostgres>,
    directory: TempDir,
}

impl FragileServer {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The server's account must reach it when the tests run as root.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut server = Self { server: None, directory };
        server.start_again();
        server
    }

    /// What was committed has left the server's memory, so it survives the death of its processes. That the machine
    /// survives is taken for granted: waiting for the disk would take most of the time.
    pub(crate) fn start_again(&mut self) {
        // The old one's lock first.
        self.server = None;
        let builder = EmbeddedPostgres::builder().data_dir(self.directory.path()).database("tenancy");
        let server = builder.durable(false).setting("synchronous_commit", "on").start();
        self.server = Some(server.unwrap());
    }

    pub(crate) fn url(&self) -> String {
        self.server.as_ref().unwrap().url("tenancy")
    }

    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).unwrap()
    }

    /// The process that all others are children of.
    pub(crate) fn postmaster(&self) -> u32 {
        let text = fs::read_to_string(self.directory.path().join("data/postmaster.pid")).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }
}

/// Kills a process without a chance to clean up. One that is gone already is fine.
pub(crate) fn kill(process: u32) {
    Command::new("sh").args(["-c", &format!("kill -9 {process} 2>/dev/null || :")]).status().unwrap();
}
