//! How a server is set up.

use std::path::{Path, PathBuf};

use super::account::Account;
use super::binaries::ServerBinaries;
use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::home::{Home, default_dir};
use super::leftovers;
use super::lock::Lock;
use super::process::{Process, Settings};
use super::server::EmbeddedPostgres;
use super::url::check_database_name;
use super::watchdog::Watchdog;

/// Where a server keeps its data and how it is set. Made by [`EmbeddedPostgres::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until `start`"]
pub struct EmbeddedPostgresBuilder {
    data_dir: Option<PathBuf>,
    binaries: Option<ServerBinaries>,
    database: Option<String>,
    settings: Settings,
    durable: bool,
    throw_away: bool,
}

impl EmbeddedPostgresBuilder {
    pub(super) fn new() -> Self {
        Self {
            data_dir: None,
            binaries: None,
            database: None,
            settings: Settings::new(),
            durable: true,
            throw_away: false,
        }
    }

    /// The directory in which everything of this server is kept: data, password, log and lock. It is made
    /// when it does not exist, and must otherwise be empty or from an earlier run.
    ///
    /// By default `.tenancy/postgresql` below the current directory. As root, where the account that runs the
    /// server often cannot enter the current directory, a directory below `/var/lib/tenancy` then.
    pub fn data_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(dir.into());
        self
    }

    /// The programs of the server. By default those that [`ServerBinaries::find`] finds.
    pub fn binaries(mut self, binaries: ServerBinaries) -> Self {
        self.binaries = Some(binaries);
        self
    }

    /// A database that is made when it is missing. One of the names `[a-z_][a-z0-9_]*` of at most 63 bytes.
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// Whether committed data survives a crash of the machine, as it does by default. Without that, tests are
    /// faster.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// A setting of the server, as in `postgresql.conf`. Where it listens is not up to settings.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The data directory is removed when the server stops.
    pub(super) fn throw_away(mut self) -> Self {
        self.throw_away = true;
        self
    }

    /// Starts the server, and makes cluster and database when they are missing. Blocks until the server
    /// accepts connections: about half a second when a cluster has to be made, a tenth otherwise. Waits longer
    /// when the server of a killed process is still being stopped or the data has to be recovered.
    ///
    /// # Errors
    ///
    /// Every [`EmbeddedError`] but [`EmbeddedError::Stop`]; each says what to do about it. Nothing is left
    /// running then.
    pub fn start(self) -> Result<EmbeddedPostgres, EmbeddedError> {
        if let Some(database) = &self.database {
            check_database_name(database)?;
        }
        let binaries = match self.binaries.clone() {
            Some(binaries) => binaries,
            None => ServerBinaries::find(None)?,
        };
        let dir = match &self.data_dir {
            Some(dir) => dir.clone(),
            None => default_dir(&Account::choose(None)?)?,
        };
        let account = Account::choose(Home::owner_of_data(&dir))?;
        let home = Home::prepare(&dir, &account)?;
        let lock = Lock::acquire(&home.lock_file(), home.dir())?;
        leftovers::clear(&home)?;
        let cluster = Cluster::open_or_create(&home, &binaries, &account, self.durable)?;
        // The watchdog goes first: there is no moment at which a server runs without one.
        let watchdog = Watchdog::start(
            &account,
            &binaries.tool("pg_ctl"),
            &home.data(),
            lock.share(&home.lock_file())?,
            self.throw_away.then(|| home.dir()),
        )?;
        let process = Process::start(&home, &binaries, &account, &self.all_settings(), self.throw_away)?;
        let server = EmbeddedPostgres::new(process, watchdog, lock, home, cluster.password, psql(&binaries))
            .with_default_database(self.database.as_deref());
        if let Some(database) = &self.database {
            server.create_database_if_missing(database)?;
        }
        Ok(server)
    }

    fn all_settings(&self) -> Settings {
        let fast: &[&str] =
            if self.durable { &[] } else { &["fsync", "synchronous_commit", "full_page_writes"] };
        let mut settings: Settings = fast.iter().map(|name| ((*name).to_owned(), "off".to_owned())).collect();
        settings.extend(self.settings.iter().cloned());
        settings
    }
}

/// The psql of the server's own version, or whichever the user's shell finds.
fn psql(binaries: &ServerBinaries) -> PathBuf {
    let own = binaries.tool("psql");
    if own.is_file() { own } else { Path::new("psql").to_path_buf() }
}
