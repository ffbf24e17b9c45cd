//! A database per test. [`server_url`] is the only place that knows where it comes from.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// Where the server is: the URL of a database on it that may be used to create others.
fn server_url() -> String {
    std::env::var("TENANCY_TEST_DATABASE_URL")
        .expect("TENANCY_TEST_DATABASE_URL is set, such as postgres://postgres@localhost/postgres")
}

/// A database of one test, dropped with the value.
pub(crate) struct Database {
    name: String,
    url: String,
}

impl Database {
    /// An empty database.
    pub(crate) fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("tenancy_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = server_url();
        PgConnection::establish(&server)
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .unwrap();
        let (address, parameters) = server
            .split_once('?')
            .map_or((server.as_str(), ""), |(address, parameters)| (address, parameters));
        let host = address.rsplit_once('/').unwrap().0;
        let url = format!("{host}/{name}?{parameters}");
        Self { name, url }
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed may have left a session behind; an error here would hide the test's own.
        let _ = PgConnection::establish(&server_url())
            .map(|mut conn| conn.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)));
    }
}
