//! A service with two tenants, as one would deploy it.

use std::fs;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::{
    Migrations, NewTenant, PoolSettings, Tenancy, TenancyBuilder, TenantConnection, TenantRoles,
};

use crate::world;

/// Which logins the service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logins {
    /// A superuser does everything.
    Superuser,
    /// One login that may create roles and owns the database.
    One,
    /// That one for operators, and another for requests, which may do nothing by itself.
    Two,
}

/// What every tenant has: a table whose rows name their owner, and one of each other kind.
const TEMPLATE: &str = "
    CREATE TYPE mood AS ENUM ('calm', 'cross');
    CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, mood mood NOT NULL DEFAULT 'calm');
    CREATE TABLE visits (id serial PRIMARY KEY, person_id integer NOT NULL REFERENCES people);
    CREATE VIEW names AS SELECT name FROM people;
    CREATE FUNCTION headcount() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM people';
    CREATE FUNCTION headcount_atomic() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM people; END;";

pub(crate) struct House {
    pub(crate) tenancy: Tenancy,
    database: TestDatabase,
    directory: tempfile::TempDir,
}

impl House {
    /// Tenants `acme` and `globex`, each with one person named like it.
    pub(crate) fn new(logins: Logins) -> Self {
        Self::with(logins, |builder| builder)
    }

    /// Without roles, as it was before there were any.
    pub(crate) fn without_roles(logins: Logins) -> Self {
        Self::with(logins, |builder| builder.tenant_roles(TenantRoles::Off))
    }

    pub(crate) fn with(logins: Logins, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Self {
        let house = Self::empty(logins, configure);
        house.tenancy.init().unwrap();
        for slug in ["acme", "globex"] {
            house.move_in(slug);
        }
        house
    }

    /// Nothing is installed yet.
    pub(crate) fn empty(logins: Logins, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Self {
        let database = test_server().fresh_database();
        let directory = tempfile::tempdir().unwrap();
        let mut builder = Tenancy::builder();
        let named = |role: &str| format!("{role}_{}", database.name());
        let mut admin = PgConnection::establish(database.url()).unwrap();
        // As it is from PostgreSQL 15 on. Before, it is the operator's to do: the doctor finds it (shared_schema_writable).
        admin.batch_execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC").unwrap();
        let mut make = |role: &str, attributes: &str| {
            let sql = format!("CREATE ROLE {} LOGIN NOINHERIT PASSWORD '{role}' {attributes}", named(role));
            admin.batch_execute(&sql).unwrap();
        };
        match logins {
            Logins::Superuser => builder = builder.database_url(database.url()),
            Logins::One => {
                make("app", "CREATEROLE");
                builder = builder.database_url(url_as(database.url(), &named("app"), "app"));
            }
            Logins::Two => {
                make("operator", "CREATEROLE");
                make("app", "");
                builder = builder
                    .operator_url(url_as(database.url(), &named("operator"), "operator"))
                    .database_url(url_as(database.url(), &named("app"), "app"));
            }
        }
        let owner = match logins {
            Logins::Superuser => "postgres".to_owned(),
            Logins::One => named("app"),
            Logins::Two => named("operator"),
        };
        let sql = format!("ALTER DATABASE {} OWNER TO {owner}", database.name());
        if logins != Logins::Superuser {
            admin.batch_execute(&sql).unwrap();
        }
        write(directory.path(), "2026-01-01-000000_house", TEMPLATE);
        let pool = PoolSettings { max_size: 2, ..PoolSettings::default() };
        let builder = builder.pool(pool).migrations(Migrations::directory(directory.path()).unwrap());
        Self { tenancy: configure(builder).build().unwrap(), database, directory }
    }

    /// The name of one of the logins.
    pub(crate) fn role(&self, role: &str) -> String {
        format!("{role}_{}", self.database.name())
    }

    /// The database as a superuser.
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// The database as one of the logins.
    pub(crate) fn url_as(&self, role: &str) -> String {
        url_as(self.database.url(), &self.role(role), role)
    }

    pub(crate) fn move_in(&self, slug: &str) {
        self.tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
        let insert = format!("INSERT INTO people (name) VALUES ('{slug}')");
        self.enter(slug).batch_execute(&insert).unwrap();
    }

    /// Adds a migration.
    pub(crate) fn write(&self, name: &str, up: &str) {
        write(self.directory.path(), name, up);
    }

    /// A tenant's session.
    pub(crate) fn enter(&self, slug: &str) -> TenantConnection {
        let tenant = self.tenancy.tenant(&TenantSlug::parse(slug).unwrap()).unwrap();
        self.tenancy.connect(&tenant).unwrap()
    }

    /// What one value is in a tenant's session.
    pub(crate) fn value(&self, slug: &str, expression: &str) -> String {
        world::value(&mut self.enter(slug), expression)
    }

    /// What PostgreSQL says to SQL in a tenant's session.
    pub(crate) fn attempt(&self, slug: &str, sql: &str) -> Result<(), String> {
        self.enter(slug).batch_execute(sql).map_err(said)
    }

    /// What PostgreSQL says to one expression in a tenant's session.
    pub(crate) fn attempt_value(&self, slug: &str, expression: &str) -> Result<String, String> {
        world::try_value(&mut self.enter(slug), expression).map_err(said)
    }

    /// A connection as a superuser.
    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(self.url()).unwrap()
    }

    /// Runs SQL as a superuser.
    pub(crate) fn sql(&self, sql: &str) {
        self.bare().batch_execute(sql).unwrap();
    }

    /// One value as a superuser.
    pub(crate) fn truth(&self, expression: &str) -> String {
        world::value(&mut self.bare(), expression)
    }

    /// The role of a tenant.
    pub(crate) fn tenant_role(&self, slug: &str) -> String {
        self.truth(&format!("SELECT role_name FROM tenancy.tenants WHERE slug = '{slug}'"))
    }
}

fn write(directory: &std::path::Path, name: &str, up: &str) {
    let path = directory.join(name);
    fs::create_dir(&path).unwrap();
    fs::write(path.join("up.sql"), up).unwrap();
    fs::write(path.join("down.sql"), "").unwrap();
}

fn said(error: DieselError) -> String {
    match error {
        DieselError::DatabaseError(_, info) => info.message().to_owned(),
        other => other.to_string(),
    }
}

/// The same database as somebody else.
pub(crate) fn url_as(url: &str, role: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{role}:{password}@{host}")
}
