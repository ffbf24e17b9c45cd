//! The database that `DATABASE_URL` names, or an embedded server.

use tenancy_diesel::embedded::{EmbeddedError, EmbeddedPostgres};

use crate::config::Config;

/// A database to serve from.
#[derive(Debug)]
pub enum Database {
    /// The one that `DATABASE_URL` names.
    External {
        /// The login that serves requests.
        url: String,
        /// The login that creates and migrates tenants, if it is another.
        operator: Option<String>,
    },
    /// A server of our own; it stops when this is dropped, and its data stays.
    Embedded {
        /// The server.
        server: EmbeddedPostgres,
        /// The database as the login that serves requests, with this run's password.
        url: String,
    },
}

/// The name of the database on the embedded server.
const NAME: &str = "support_desk";
/// The login on the embedded server that serves requests: it may do nothing by itself.
const LOGIN: &str = "support_desk";

impl Database {
    /// Opens the configured database. Starts an embedded server when none is configured, which takes a second
    /// when its cluster has to be made.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError`] says what is in the way of a server and what to do about it.
    pub fn open(config: &Config) -> Result<Self, EmbeddedError> {
        if let Some(url) = &config.database_url {
            return Ok(Self::External { url: url.clone(), operator: config.operator_url.clone() });
        }
        let mut builder = EmbeddedPostgres::builder().database(NAME);
        if let Some(dir) = &config.data_dir {
            builder = builder.data_dir(dir);
        }
        let server = builder.start()?;
        let url = server.login(LOGIN, NAME)?;
        Ok(Self::Embedded { server, url })
    }

    /// The one at `url`, with one login for everything.
    pub fn at(url: impl Into<String>) -> Self {
        Self::External { url: url.into(), operator: None }
    }

    /// The URL for requests, with the password.
    pub fn url(&self) -> &str {
        match self {
            Self::External { url, .. } | Self::Embedded { url, .. } => url,
        }
    }

    /// The URL for operators, with the password, if they have a login of their own.
    pub fn operator_url(&self) -> Option<String> {
        match self {
            Self::External { operator, .. } => operator.clone(),
            Self::Embedded { server, .. } => Some(server.url(NAME)),
        }
    }
}
