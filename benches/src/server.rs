//! Where the databases come from.

use std::cell::Cell;

use anyhow::{Context as _, Result};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tempfile::TempDir;
use tenancy_diesel::embedded::{EmbeddedPostgres, TestDatabase, TestServer};

/// The server of this run.
pub(crate) enum Server {
    /// A throw-away one without durability, or the one of `TENANCY_TEST_DATABASE_URL`.
    Fast(TestServer),
    /// A throw-away one that waits for the disk at every commit.
    Durable { server: EmbeddedPostgres, databases: Cell<u32>, _directory: TempDir },
}

/// A database of one subject.
pub(crate) struct Database {
    url: String,
    _dropped_with_it: Option<TestDatabase>,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    settings: String,
}

impl Server {
    /// Starts it.
    pub(crate) fn start(durable: bool) -> Result<Self> {
        if !durable {
            return Ok(Self::Fast(TestServer::start()?));
        }
        let directory = tempfile::tempdir()?;
        let server = EmbeddedPostgres::builder()
            .data_dir(directory.path())
            .setting("max_connections", "200")
            .setting("max_locks_per_transaction", "256")
            .start()?;
        Ok(Self::Durable { server, databases: Cell::new(0), _directory: directory })
    }

    /// A new, empty database.
    pub(crate) fn database(&self) -> Result<Database> {
        match self {
            Self::Fast(server) => {
                let database = server.fresh_database();
                Ok(Database { url: database.url().to_owned(), _dropped_with_it: Some(database) })
            }
            Self::Durable { server, databases, .. } => {
                databases.set(databases.get() + 1);
                let name = format!("bench_{}", databases.get());
                server.create_database_if_missing(&name)?;
                Ok(Database { url: server.url(&name), _dropped_with_it: None })
            }
        }
    }

    /// What the server is and how it is set, in one line.
    pub(crate) fn describe(&self) -> Result<String> {
        let setting: Setting = sql_query(
            "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') \
             || ', synchronous_commit ' || current_setting('synchronous_commit') AS settings",
        )
        .get_result(&mut self.database()?.connect()?)?;
        Ok(setting.settings)
    }
}

impl Database {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A connection without the library.
    pub(crate) fn connect(&self) -> Result<PgConnection> {
        PgConnection::establish(&self.url).context("connect to the benchmark's database")
    }

    /// Runs SQL.
    pub(crate) fn sql(&self, sql: &str) -> Result<()> {
        Ok(self.connect()?.batch_execute(sql)?)
    }
}
