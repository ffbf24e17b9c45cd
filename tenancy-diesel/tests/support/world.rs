use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::ActiveTenant;
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::{PoolSettings, Tenancy, TenancyBuilder, TenantConnection};

diesel::table! { notes (id) { id -> Integer, owner -> Text, body -> Text, } }

/// A database of its own with the control plane installed. Tenants are made by hand, so that these tests do not
/// depend on cloning.
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
        let database = test_server().fresh_database();
        let pool = PoolSettings {
            max_size: size,
            connection_timeout: std::time::Duration::from_secs(10),
            ..PoolSettings::default()
        };
        let builder = Tenancy::builder().database_url(database.url()).pool(pool);
        let tenancy = configure(builder).build().unwrap();
        tenancy.init().unwrap();
        Self { tenancy, database }
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// A tenant whose schema holds one note, which carries the tenant's name.
    pub(crate) fn tenant(&self, slug: &str) -> ActiveTenant {
        self.sql(&format!(
            "CREATE SCHEMA tenant_{slug};
             CREATE TABLE tenant_{slug}.notes (id serial PRIMARY KEY, owner text NOT NULL DEFAULT '{slug}', body text NOT NULL);
             INSERT INTO tenant_{slug}.notes (body) VALUES ('first of {slug}');
             INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('{slug}', '{slug}', 'active', 'tenant_{slug}');"
        ));
        self.find(slug)
    }

    pub(crate) fn find(&self, slug: &str) -> ActiveTenant {
        self.tenancy.tenant(&TenantSlug::parse(slug).unwrap()).unwrap()
    }

    pub(crate) fn conn(&self, tenant: &ActiveTenant) -> TenantConnection {
        self.tenancy.connect(tenant).unwrap()
    }

    /// Uses a connection once: those that were made before the control plane start anew after their first use.
    pub(crate) fn warm(&self, tenant: &ActiveTenant) {
        drop(self.conn(tenant));
    }

    /// A connection without the library.
    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(self.url()).unwrap()
    }

    /// Runs SQL as the database's owner.
    pub(crate) fn sql(&self, sql: &str) {
        self.bare().batch_execute(sql).unwrap();
    }

    /// Kills every backend of the tenants' pool that is idle or busy.
    pub(crate) fn kill_all(&self) {
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
}

/// The one value of a query, as text.
pub(crate) fn value(conn: &mut PgConnection, expression: &str) -> String {
    try_value(conn, expression).unwrap()
}

pub(crate) fn try_value(conn: &mut PgConnection, expression: &str) -> QueryResult<String> {
    sql_query(format!("SELECT coalesce(({expression})::text, 'NULL') AS value"))
        .get_result::<Value>(conn)
        .map(|row| row.value)
}

/// The backend behind a connection.
pub(crate) fn backend(conn: &mut PgConnection) -> String {
    value(conn, "pg_backend_pid()")
}

/// Every note's owner, by Diesel's cached statement.
pub(crate) fn owners(conn: &mut PgConnection) -> Vec<String> {
    try_owners(conn).unwrap()
}

pub(crate) fn try_owners(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    notes::table.select(notes::owner).order(notes::id).load(conn)
}
