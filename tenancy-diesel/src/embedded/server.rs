//! A running server.

use std::fmt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::{Connection, RunQueryDsl, sql_query};

use super::builder::EmbeddedPostgresBuilder;
use super::error::EmbeddedError;
use super::home::Home;
use super::lock::Lock;
use super::password::{HOST, USER, generate};
use super::process::Process;
use super::url::{check_database_name, connection_url, shell_word};
use super::watchdog::Watchdog;

/// A PostgreSQL server that runs as long as this value lives. Dropping it stops the server and waits for
/// that; the data stays. When the process is killed, the server is stopped as well, a moment later.
#[must_use = "the server stops as soon as this is dropped"]
pub struct EmbeddedPostgres {
    // Dropped in this order: a server, who watches over it, and the right to its directory.
    process: Process,
    _watchdog: Watchdog,
    _lock: Lock,
    home: Home,
    password: String,
    psql: PathBuf,
    default_database: String,
}

impl EmbeddedPostgres {
    /// A builder with the defaults: durable, in the default directory, from the first binaries found.
    pub fn builder() -> EmbeddedPostgresBuilder {
        EmbeddedPostgresBuilder::new()
    }

    pub(super) fn new(
        process: Process,
        watchdog: Watchdog,
        lock: Lock,
        home: Home,
        password: String,
        psql: PathBuf,
    ) -> Self {
        let default_database = "postgres".to_owned();
        Self { process, _watchdog: watchdog, _lock: lock, home, password, psql, default_database }
    }

    pub(super) fn with_default_database(mut self, database: Option<&str>) -> Self {
        if let Some(database) = database {
            self.default_database = database.to_owned();
        }
        self
    }

    /// The URL of a database on this server, for the superuser, with the password.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        connection_url(USER, &self.password, self.process.port(), database)
    }

    /// The directory in which everything of this server is kept.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.home.dir()
    }

    /// The log of this server. The log of the run before is beside it.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.home.log_file()
    }

    /// The port on 127.0.0.1. It stays the same from run to run as long as nobody else takes it.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.process.port()
    }

    /// For messages.
    pub(super) fn address(&self) -> String {
        format!("{HOST}:{}", self.port())
    }

    /// A command to copy into a shell that connects to this server. It names the password file instead of the
    /// password, which would end up in the history of the shell.
    #[must_use]
    pub fn psql_hint(&self) -> String {
        format!(
            "PGPASSFILE={} {} -h {HOST} -p {} -U {USER} {}",
            shell_word(&self.home.password_file().to_string_lossy()),
            shell_word(&self.psql.to_string_lossy()),
            self.port(),
            self.default_database
        )
    }

    /// Makes a database when it is missing. Returns whether it was.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::DatabaseName`] and [`EmbeddedError::Query`].
    pub fn create_database_if_missing(&self, name: &str) -> Result<bool, EmbeddedError> {
        check_database_name(name)?;
        let server = &self.address();
        let mut connection = connect(&self.url("postgres"), server)?;
        let rows = sql_query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1")
            .bind::<Text, _>(name)
            .execute(&mut connection)
            .map_err(query_error(format!("look for the database `{name}`"), server))?;
        if rows > 0 {
            return Ok(false);
        }
        create_database(&mut connection, name, server)?;
        Ok(true)
    }

    /// A login that may do nothing by itself, for a service that gives its operators another one: made when it is missing,
    /// with a new password each time. Returns the URL of `database` for it.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::DatabaseName`], also for a login's name that is none, and [`EmbeddedError::Query`].
    pub fn login(&self, name: &str, database: &str) -> Result<String, EmbeddedError> {
        check_database_name(name)?;
        let server = &self.address();
        let password = generate()?;
        // Letters and digits only, both.
        let statements = format!(
            "DO $$ BEGIN IF to_regrole('{name}') IS NULL THEN CREATE ROLE {name} NOINHERIT; END IF; END $$;
             ALTER ROLE {name} LOGIN PASSWORD '{password}'"
        );
        connect(&self.url(database), server)?
            .batch_execute(&statements)
            .map_err(query_error(format!("make the login `{name}`"), server))?;
        Ok(connection_url(name, &password, self.process.port(), database))
    }

    /// Stops the server, as dropping it does, and says how that went.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::Stop`] when it did not shut down within a minute and was killed. No data is lost then.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        if self.process.stop() {
            return Ok(());
        }
        Err(EmbeddedError::Stop { dir: self.home.dir().to_path_buf() })
    }
}

/// Without the password.
impl fmt::Debug for EmbeddedPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedPostgres")
            .field("data_dir", &self.data_dir())
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}

pub(super) fn connect(url: &str, server: &str) -> Result<PgConnection, EmbeddedError> {
    PgConnection::establish(url).map_err(query_error("connect", server))
}

/// The name must have passed `check_database_name`.
pub(super) fn create_database(
    connection: &mut PgConnection,
    name: &str,
    server: &str,
) -> Result<(), EmbeddedError> {
    sql_query(format!("CREATE DATABASE \"{name}\""))
        .execute(connection)
        .map(drop)
        .map_err(query_error(format!("create the database `{name}`"), server))
}

pub(super) fn query_error<E>(action: impl Into<String>, server: &str) -> impl FnOnce(E) -> EmbeddedError
where
    E: std::error::Error + Send + Sync + 'static,
{
    let (action, server) = (action.into(), server.to_owned());
    move |source| EmbeddedError::Query { action, server, source: Box::new(source) }
}
