//! A world whose template is a directory of migrations that tests can add to.

use std::fs;
use std::path::{Path, PathBuf};

use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::Tenant;
use tenancy_diesel::{Error, FleetReport, Migrations, NewTenant, RunOptions, Tenancy, TenancyBuilder};

use crate::world::World;

pub(crate) struct Desk {
    pub(crate) world: World,
    directory: tempfile::TempDir,
}

impl Desk {
    /// One migration: a table of customers with an enum, and one of tickets.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let first = Self::write_to(
            directory.path().into(),
            "2026-01-01-000000_desk",
            "CREATE TYPE level AS ENUM ('low', 'high');
             CREATE TABLE customers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
             CREATE TABLE tickets (id bigserial PRIMARY KEY, customer_id uuid REFERENCES customers, level level NOT NULL DEFAULT 'low');",
            Some("DROP TABLE tickets; DROP TABLE customers; DROP TYPE level;"),
        );
        assert!(first.exists());
        let path = directory.path().to_owned();
        let world = World::with(4, |builder| builder.migrations(Migrations::directory(path).unwrap()));
        Self { world, directory }
    }

    pub(crate) fn tenancy(&self) -> &Tenancy {
        &self.world.tenancy
    }

    /// Another process of the service: its own pools and caches, the same database and migrations.
    pub(crate) fn another(&self) -> Tenancy {
        self.another_with(|builder| builder)
    }

    /// Another process that is configured differently.
    pub(crate) fn another_with(&self, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Tenancy {
        let migrations = Migrations::directory(self.directory.path()).unwrap();
        self.world.another(|builder| configure(builder.migrations(migrations)))
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Adds a migration.
    pub(crate) fn write(&self, name: &str, up: &str, down: Option<&str>) -> PathBuf {
        Self::write_to(self.directory.path().into(), name, up, down)
    }

    fn write_to(directory: PathBuf, name: &str, up: &str, down: Option<&str>) -> PathBuf {
        let path = directory.join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("up.sql"), up).unwrap();
        if let Some(down) = down {
            fs::write(path.join("down.sql"), down).unwrap();
        }
        path
    }

    pub(crate) fn create(&self, name: &str) -> Result<Tenant, Error> {
        self.tenancy().provisioner().create(&NewTenant::new(slug(name)))
    }

    pub(crate) fn create_many(&self, count: usize) {
        for n in 0..count {
            self.create(&format!("t{n:02}")).unwrap();
        }
    }

    pub(crate) fn migrate(&self) -> FleetReport {
        self.tenancy().fleet().migrate(&RunOptions::default(), |_| {}).unwrap()
    }

    /// One value of the database, as text.
    pub(crate) fn value(&self, expression: &str) -> String {
        crate::world::value(&mut self.world.bare(), expression)
    }
}

pub(crate) fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}
