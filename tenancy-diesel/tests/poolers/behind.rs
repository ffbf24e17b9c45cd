//! Tenants behind a pooler.

use std::time::Duration;

use diesel::prelude::*;
use tenancy_diesel::core::tenant::ActiveTenant;
use tenancy_diesel::{NewTenant, PoolSettings, RunError, Scope, Tenancy, TenancyBuilder};

use crate::pgbouncer::{Mode, PgBouncer};
use crate::world::World;

diesel::table! { notes (id) { id -> Integer, owner -> Text, body -> Text, } }

pub(crate) type Work<T> = Result<T, diesel::result::Error>;

/// A service that reaches its database through PgBouncer in transaction mode, and operators directly.
pub(crate) struct Behind {
    pub(crate) tenancy: Tenancy,
    pub(crate) bouncer: PgBouncer,
    pub(crate) world: World,
}

impl Behind {
    /// With `sessions` sessions behind the pooler, for many more connections in front of it.
    pub(crate) fn pooler_of(sessions: usize) -> Self {
        Self::with(sessions, |builder| builder)
    }

    /// With more to say about the configuration.
    pub(crate) fn with(sessions: usize, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Self {
        let world = world();
        let bouncer = PgBouncer::start(world.url(), Mode::Transaction, sessions);
        let tenancy = configure(service(&bouncer.url(world.url()), world.url())).build().unwrap();
        Self { tenancy, bouncer, world }
    }

    /// As a login that can do nothing but serve tenants.
    pub(crate) fn as_service_login(sessions: usize) -> Self {
        let world = world();
        let login = world.login();
        let bouncer = PgBouncer::start(&login, Mode::Transaction, sessions);
        let tenancy = service(&bouncer.url(world.url()), world.url()).build().unwrap();
        Self { tenancy, bouncer, world }
    }

    /// The pooler's URL.
    pub(crate) fn url(&self) -> String {
        self.bouncer.url(self.world.url())
    }

    /// A tenant with a role of its own and one note, which carries the tenant's name.
    pub(crate) fn tenant(&self, slug: &str) -> ActiveTenant {
        self.world.provision(slug);
        self.tenancy.tenant(&slug.parse().unwrap()).unwrap()
    }

    /// Work in one transaction.
    pub(crate) fn run<T>(
        &self,
        tenant: &ActiveTenant,
        work: impl FnOnce(&mut PgConnection) -> Work<T>,
    ) -> Result<T, RunError<diesel::result::Error>> {
        self.tenancy.transaction(tenant, work)
    }
}

fn service(url: &str, operator_url: &str) -> TenancyBuilder {
    let pool = PoolSettings {
        max_size: 8,
        min_idle: Some(0),
        connection_timeout: Duration::from_secs(30),
        ..PoolSettings::default()
    };
    Tenancy::builder().database_url(url).operator_url(operator_url).scope(Scope::Transaction).pool(pool)
}

/// A database with a template of one table.
pub(crate) fn world() -> World {
    let world = World::new(2);
    world.sql(
        "CREATE TABLE base_template.notes (id serial PRIMARY KEY, owner text NOT NULL, body text NOT NULL)",
    );
    // Gives the table to the owner of tenants' schemas.
    world.tenancy.init().unwrap();
    world
}

impl World {
    /// A tenant with one note, which carries the tenant's name.
    pub(crate) fn provision(&self, slug: &str) {
        self.tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
        self.sql(&format!("INSERT INTO tenant_{slug}.notes (owner, body) VALUES ('{slug}', 'first')"));
    }

    /// The URL of a login that may serve tenants, and of itself read none of them.
    fn login(&self) -> String {
        let name = self.url().rsplit('/').next().unwrap().replace("tenancy_test", "service");
        self.sql(&format!("CREATE ROLE {name} LOGIN NOINHERIT PASSWORD 'secret'"));
        self.tenancy.roles().admit(&name).unwrap();
        let (scheme, rest) = self.url().split_once("://").unwrap();
        let address = rest.rsplit_once('@').unwrap().1;
        format!("{scheme}://{name}:secret@{address}")
    }
}

/// How many advisory locks are held in this database: other tests run beside, in theirs. (A pinned transaction holds
/// one itself.)
pub(crate) const LOCKS: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Whose notes are read.
pub(crate) fn owners(conn: &mut PgConnection) -> Work<Vec<String>> {
    notes::table.select(notes::owner).distinct().order(notes::owner).load(conn)
}

/// Writes a note of `owner`.
pub(crate) fn write(conn: &mut PgConnection, owner: &str, body: &str) -> Work<usize> {
    diesel::insert_into(notes::table).values((notes::owner.eq(owner), notes::body.eq(body))).execute(conn)
}
