use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::{Diagnosis, Migrations, NewTenant, PoolSettings, Tenancy, TenancyBuilder};

/// A healthy database: a login that serves requests and can do nothing else, an operator, the tenants acme and globex.
pub(crate) struct Patient {
    database: TestDatabase,
    login: String,
    operator: String,
    migrations: tempfile::TempDir,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

const TEMPLATE: &str = "\
CREATE TYPE level AS ENUM ('low', 'high');
CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL, level level NOT NULL DEFAULT 'low');
CREATE FUNCTION greet(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'hello ' || name $$;
CREATE FUNCTION rank(level) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;";

impl Patient {
    /// With a superuser as operator.
    pub(crate) fn healthy() -> Self {
        let patient = Self::stranger();
        let tenancy = patient.tenancy();
        tenancy.init().unwrap();
        tenancy.roles().admit(&patient.login).unwrap();
        for slug in ["acme", "globex"] {
            tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
        }
        patient
    }

    /// A database without a control plane.
    pub(crate) fn stranger() -> Self {
        let database = test_server().fresh_database();
        let login = format!("service_{}", database.name());
        let migrations = tempfile::tempdir().unwrap();
        let first = migrations.path().join("2026-01-01-000000_notes");
        std::fs::create_dir(&first).unwrap();
        std::fs::write(first.join("up.sql"), TEMPLATE).unwrap();
        let operator = database.url().to_owned();
        let patient = Self { database, login, operator, migrations };
        patient.sql(
            "CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'secret';
             REVOKE TEMPORARY ON DATABASE {db} FROM PUBLIC;
             REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        );
        patient
    }

    /// The same, operated by `role`, whose password is `secret`.
    pub(crate) fn operated_by(mut self, role: &str) -> Self {
        self.operator = as_login(self.database.url(), role);
        self
    }

    pub(crate) fn login(&self) -> &str {
        &self.login
    }

    /// The URL of the login that serves requests.
    pub(crate) fn service_url(&self) -> String {
        as_login(self.database.url(), &self.login)
    }

    /// The URL of a superuser.
    pub(crate) fn superuser_url(&self) -> &str {
        self.database.url()
    }

    /// A new process of the service: settings of roles and databases hold for new connections.
    pub(crate) fn tenancy(&self) -> Tenancy {
        self.configured(|builder| builder)
    }

    pub(crate) fn configured(&self, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Tenancy {
        let pool = PoolSettings {
            max_size: 4,
            min_idle: Some(0),
            connection_timeout: Duration::from_secs(20),
            ..PoolSettings::default()
        };
        let builder = Tenancy::builder()
            .database_url(self.service_url())
            .operator_url(&self.operator)
            .pool(pool)
            .migrations(Migrations::directory(self.migrations.path()).unwrap());
        configure(builder).build().unwrap()
    }

    pub(crate) fn examine(&self) -> Diagnosis {
        self.tenancy().doctor().examine().unwrap()
    }

    /// As a superuser; what stands in braces is replaced by names of this database.
    pub(crate) fn sql(&self, sql: &str) {
        let sql = self.with_names(sql);
        self.bare().batch_execute(&sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    pub(crate) fn bare(&self) -> PgConnection {
        PgConnection::establish(self.database.url()).unwrap()
    }

    /// The one value of a query, as text.
    pub(crate) fn value(&self, expression: &str) -> String {
        let sql = self.with_names(&format!("SELECT coalesce(({expression})::text, 'NULL') AS value"));
        sql_query(sql).get_result::<Value>(&mut self.bare()).unwrap().value
    }

    fn with_names(&self, text: &str) -> String {
        let mut text = text.replace("{login}", &self.login).replace("{db}", self.database.name());
        for (name, query) in [
            ("{owner}", "SELECT owner_role AS value FROM tenancy.installation"),
            ("{tenants}", "SELECT tenants_role AS value FROM tenancy.installation"),
            ("{own}", "SELECT owner_name AS value FROM tenancy.tenants WHERE slug = 'acme'"),
            ("{acme}", "SELECT role_name AS value FROM tenancy.tenants WHERE slug = 'acme'"),
            ("{globex}", "SELECT role_name AS value FROM tenancy.tenants WHERE slug = 'globex'"),
        ] {
            if text.contains(name) {
                let value = sql_query(query).get_result::<Value>(&mut self.bare()).unwrap().value;
                text = text.replace(name, &value);
            }
        }
        text
    }
}

/// The codes of what was found, in alphabetical order.
pub(crate) fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    let mut codes: Vec<_> = diagnosis.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes
}

fn as_login(url: &str, login: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, host) = rest.split_once('@').unwrap();
    format!("{scheme}://{login}:secret@{host}")
}
