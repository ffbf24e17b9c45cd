//! The database that `DATABASE_URL` names, or an embedded server.

use tenancy_diesel::embedded::{EmbeddedError, EmbeddedPostgres};

use crate::config::Config;

/// A database to serve from.
#[derive(Debug)]
pub enum Database {
    /// The one that `DATABASE_URL` names.
    External(String),
    /// A server of our own; it stops when this is dropped, and its data stays.
    Embedded(EmbeddedPostgres),
}

/// The name of the database on the embedded server.
const NAME: &str = "support_desk";

impl Database {
    /// Opens the configured database. Starts an embedded server when none is configured, which takes a second
    /// when its cluster has to be made.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError`] says what is in the way of a server and what to do about it.
    pub fn open(config: &Config) -> Result<Self, EmbeddedError> {
        if let Some(url) = &config.database_url {
            return Ok(Self::External(url.clone()));
        }
        let mut builder = EmbeddedPostgres::builder().database(NAME);
        if let Some(dir) = &config.data_dir {
            builder = builder.data_dir(dir);
        }
        builder.start().map(Self::Embedded)
    }

    /// Its URL, with the password.
    pub fn url(&self) -> String {
        match self {
            Self::External(url) => url.clone(),
            Self::Embedded(server) => server.url(NAME),
        }
    }
}
