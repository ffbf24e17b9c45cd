use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::ActiveTenant;
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::{PoolSettings, Tenancy, TenancyBuilder};

/// A database of its own with the control plane installed.
pub(crate) struct World {
    pub(crate) tenancy: Tenancy,
    database: TestDatabase,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

impl World {
    /// With a pool of `size` connections.
    pub(crate) fn new(size: u32) -> Self {
        Self::with(size, |builder| builder)
    }

    /// With more to say about the configuration.
    pub(crate) fn with(size: u32, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Self {
        Self::build(size, |builder, _| configure(builder))
    }

    fn build(size: u32, configure: impl FnOnce(TenancyBuilder, &TestDatabase) -> TenancyBuilder) -> Self {
        let database = test_server().fresh_database();
        let pool = PoolSettings {
            max_size: size,
            // Who gets how much is the subject of `fairness`.
            max_per_tenant: Some(size),
            connection_timeout: Duration::from_secs(10),
            ..PoolSettings::default()
        };
        let builder = Tenancy::builder().database_url(database.url()).pool(pool);
        let tenancy = configure(builder, &database).build().unwrap();
        tenancy.init().unwrap();
        Self { tenancy, database }
    }

    /// As one would deploy it: requests are served by a login that may do nothing by itself, operators have another.
    #[allow(dead_code, reason = "not in every suite")]
    pub(crate) fn deployed(size: u32) -> Self {
        Self::build(size, |builder, database| {
            let login = format!("app_{}", database.name());
            let create = format!("CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'app'");
            PgConnection::establish(database.url()).unwrap().batch_execute(&create).unwrap();
            let (scheme, rest) = database.url().split_once("://").unwrap();
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            builder.operator_url(database.url()).database_url(format!("{scheme}://{login}:app@{host}"))
        })
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    pub(crate) fn find(&self, slug: &str) -> ActiveTenant {
        self.tenancy.tenant(&TenantSlug::parse(slug).unwrap()).unwrap()
    }

    /// A connection without the library.
    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(self.url()).unwrap()
    }

    /// Another process of the service: its own pools and memory, the same database.
    pub(crate) fn another(&self, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Tenancy {
        configure(Tenancy::builder().database_url(self.url())).build().unwrap()
    }

    /// Waits until `expression` has this value.
    pub(crate) fn wait_for(&self, expression: &str, expected: &str) {
        let (mut bare, until) = (self.bare(), Instant::now() + Duration::from_secs(20));
        loop {
            let found = value(&mut bare, expression);
            if found == expected {
                return;
            }
            assert!(Instant::now() < until, "`{expression}` is {found}, not {expected}");
            sleep(Duration::from_millis(10));
        }
    }

    /// Runs SQL as the database's owner.
    pub(crate) fn sql(&self, sql: &str) {
        self.bare().batch_execute(sql).unwrap();
    }
}

/// How many sessions of this database wait for an advisory lock.
#[allow(dead_code, reason = "not in every suite")]
pub(crate) const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// How many sessions of this database ask again and again for the lock of a migration.
#[allow(dead_code, reason = "not in every suite")]
pub(crate) const POLLING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND pid <> pg_backend_pid() AND query LIKE 'SELECT pg_catalog.pg_try_advisory_xact_lock%'";

/// How many sessions of this database sleep in a statement.
pub(crate) const ASLEEP: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

/// The one value of a query, as text.
pub(crate) fn value(conn: &mut PgConnection, expression: &str) -> String {
    try_value(conn, expression).unwrap()
}

pub(crate) fn try_value(conn: &mut PgConnection, expression: &str) -> QueryResult<String> {
    sql_query(format!("SELECT coalesce(({expression})::text, 'NULL') AS value"))
        .get_result::<Value>(conn)
        .map(|row| row.value)
}
