//! A server with a lock table of a size of the test's choice.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::embedded::EmbeddedPostgres;

/// A server of one test, with an empty database.
pub(crate) struct LockedServer {
    server: EmbeddedPostgres,
    // Behind the server: it stops before its directory goes.
    _directory: tempfile::TempDir,
}

impl LockedServer {
    /// With room for `per_transaction` locks in each of `connections` transactions, and PostgreSQL's usual surplus.
    pub(crate) fn start(per_transaction: u32, connections: u32) -> Self {
        let directory = tempfile::Builder::new().prefix("tenancy-locks-").tempdir().unwrap();
        // The server may run as another account, which must be able to enter.
        let enter = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(directory.path(), enter).unwrap();
        let server = EmbeddedPostgres::builder()
            .data_dir(directory.path().join("server"))
            .database("tenancy")
            .durable(false)
            .setting("max_locks_per_transaction", per_transaction.to_string())
            .setting("max_connections", connections.to_string())
            .start()
            .unwrap();
        Self { server, _directory: directory }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("tenancy")
    }

    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(&self.url()).unwrap()
    }

    pub(crate) fn sql(&self, sql: &str) {
        self.bare().batch_execute(sql).unwrap();
    }

    /// Puts `count` tables into `schema` (see `large_schemas::tables`), as its owner, a few in each transaction.
    pub(crate) fn fill(&self, schema: &str, count: usize) {
        let mut conn = self.bare();
        for first in (1..=count).step_by(5) {
            let last = count.min(first + 4);
            let tables = crate::large_schemas::tables(schema, first, last);
            conn.batch_execute(&format!(
                "BEGIN; SELECT tenancy.act_as_owner('{schema}', true); {tables}; COMMIT"
            ))
            .unwrap();
        }
    }
}
