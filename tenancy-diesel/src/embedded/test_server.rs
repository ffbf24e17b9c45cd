//! A server for the tests of one process.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::{RunQueryDsl, sql_query};

use super::error::EmbeddedError;
use super::leftovers::{THROW_AWAY_PREFIX, sweep};
use super::password::random_hex;
use super::server::{EmbeddedPostgres, connect, create_database, query_error};
use super::url::with_database;

/// A server that tests share. Each test takes a database of its own from it.
pub struct TestServer {
    kind: Kind,
}

enum Kind {
    Own(EmbeddedPostgres),
    /// Somebody else's, at this URL.
    External(String),
}

/// The server of this test process, started at the first call.
///
/// When `TENANCY_TEST_DATABASE_URL` is set, nothing is started and that server is used; its user must be
/// allowed to create databases. Otherwise a throw-away cluster is made in the temporary directory, without
/// durability. It goes away when the process ends, in whatever way.
///
/// `cargo test` runs each test binary as one process, and so starts one server for each. nextest runs a process
/// for each test; start a server outside then, and set the variable.
///
/// # Panics
///
/// When there is no server: a test can do nothing else. The message says why and names the remedy.
#[must_use]
#[allow(clippy::panic, reason = "for tests, which fail by panicking")]
pub fn test_server() -> &'static TestServer {
    static SERVER: OnceLock<TestServer> = OnceLock::new();
    SERVER.get_or_init(|| TestServer::start().unwrap_or_else(|error| panic!("{}", with_sources(&error))))
}

impl TestServer {
    /// Starts a server like that of [`test_server`], which lives as long as the value returned.
    ///
    /// # Errors
    ///
    /// As [`EmbeddedPostgresBuilder::start`](super::EmbeddedPostgresBuilder::start).
    pub fn start() -> Result<Self, EmbeddedError> {
        if let Some(url) = std::env::var("TENANCY_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            return Ok(Self { kind: Kind::External(url) });
        }
        let temp_dir = std::env::temp_dir();
        sweep(&temp_dir);
        let dir = temp_dir.join(format!("{THROW_AWAY_PREFIX}{}-{}", std::process::id(), random_hex(6)?));
        // Fails when the name is taken: what others put into the temporary directory is not to be trusted.
        DirBuilder::new().mode(0o700).create(&dir).map_err(EmbeddedError::io("create", &dir))?;
        let server = EmbeddedPostgres::builder()
            .data_dir(dir)
            .durable(false)
            .setting("max_connections", "200")
            // Templates with many tables are cloned in one transaction, which locks them all.
            .setting("max_locks_per_transaction", "256")
            .throw_away()
            .start()?;
        Ok(Self { kind: Kind::Own(server) })
    }

    /// The URL of another database on this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match &self.kind {
            Kind::Own(server) => server.url(database),
            Kind::External(url) => with_database(url, database),
        }
    }

    /// A new, empty database that is dropped with the value returned.
    ///
    /// # Panics
    ///
    /// When it cannot be made: a test can do nothing else.
    #[allow(clippy::panic, reason = "for tests, which fail by panicking")]
    pub fn fresh_database(&self) -> TestDatabase {
        self.try_fresh_database().unwrap_or_else(|error| panic!("{}", with_sources(&error)))
    }

    fn try_fresh_database(&self) -> Result<TestDatabase, EmbeddedError> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        // Random, because an external server may serve several machines.
        let name = format!("tenancy_test_{}_{number}_{}", std::process::id(), random_hex(4)?);
        let maintenance_url = self.maintenance_url();
        let server = self.address();
        create_database(&mut connect(&maintenance_url, &server)?, &name, &server)?;
        Ok(TestDatabase { url: self.url(&name), name, maintenance_url, server })
    }

    /// Where databases are created and dropped from.
    fn maintenance_url(&self) -> String {
        match &self.kind {
            Kind::Own(server) => server.url("postgres"),
            // The user may have no access to any other database.
            Kind::External(url) => url.clone(),
        }
    }

    /// For messages; the URL would show a password.
    fn address(&self) -> String {
        match &self.kind {
            Kind::Own(server) => server.address(),
            Kind::External(_) => "of TENANCY_TEST_DATABASE_URL".to_owned(),
        }
    }
}

/// A database of one test. Dropping it drops the database, even when connections are open.
#[must_use = "the database is dropped with this value"]
pub struct TestDatabase {
    url: String,
    name: String,
    maintenance_url: String,
    server: String,
}

impl TestDatabase {
    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped = connect(&self.maintenance_url, &self.server).and_then(|mut connection| {
            sql_query(format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name))
                .execute(&mut connection)
                .map_err(query_error(format!("drop the database `{}`", self.name), &self.server))
        });
        if let Err(error) = dropped {
            tracing::warn!("{}", with_sources(&error));
        }
    }
}

/// Without the password.
impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("server", &self.address()).finish_non_exhaustive()
    }
}

/// Without the password.
impl fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDatabase").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The whole story, since a panic message shows no sources.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
