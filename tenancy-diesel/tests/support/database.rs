//! A database per test.

use diesel::{Connection as _, PgConnection};
use tenancy_diesel::embedded::{TestDatabase, test_server};

/// A database of one test, dropped with the value.
pub(crate) struct Database(TestDatabase);

impl Database {
    /// An empty database.
    pub(crate) fn fresh() -> Self {
        Self(test_server().fresh_database())
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(self.url()).unwrap()
    }
}
