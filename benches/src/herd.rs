//! Many tenants, and a directory of migrations that grows.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::thread;

use anyhow::Result;
use tempfile::TempDir;
use tenancy_diesel::{Migrations, NewTenant, Tenancy};

use crate::server::{Database, Server};

/// Tenants of a database of their own, cloned from the demo's template.
pub(crate) struct Herd {
    database: Database,
    directory: TempDir,
    schemas: Vec<String>,
    migrations: Cell<u32>,
}

impl Herd {
    /// With `count` tenants.
    pub(crate) fn new(server: &Server, count: usize) -> Result<Self> {
        let (database, directory) = (server.database()?, tempfile::tempdir()?);
        let first = include_str!("../../migrations/tenant/2026-11-20-000001_support_desk/up.sql");
        write(directory.path(), "20261120000001_support_desk", first)?;
        let herd = Self { database, directory, schemas: schemas(count), migrations: Cell::new(0) };
        let tenancy = herd.tenancy(herd.url())?;
        tenancy.init()?;
        thread::scope(|scope| {
            let hands: Vec<_> = [0, 1]
                .map(|hand| {
                    scope.spawn({
                        let tenancy = &tenancy;
                        move || create(tenancy, (hand..count).step_by(2))
                    })
                })
                .into();
            hands
                .into_iter()
                .try_for_each(|hand| hand.join().map_err(|_| anyhow::anyhow!("a hand panicked"))?)
        })?;
        herd.database.sql("VACUUM ANALYZE")?;
        Ok(herd)
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// The library at `url`, with the migrations of the directory as they are when it runs.
    pub(crate) fn tenancy(&self, url: &str) -> Result<Tenancy> {
        let migrations = Migrations::directory(self.directory())?;
        Ok(Tenancy::builder().database_url(url).migrations(migrations).build()?)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn schemas(&self) -> &[String] {
        &self.schemas
    }

    /// Writes a migration that nobody has, and says what it is: its version and its SQL.
    pub(crate) fn add_migration(&self) -> Result<(String, String)> {
        let number = self.migrations.get() + 1;
        self.migrations.set(number);
        let version = format!("20261121{number:06}");
        let sql = format!(
            "ALTER TABLE tickets ADD COLUMN extra_{number} text; CREATE INDEX ON tickets (extra_{number})"
        );
        write(self.directory(), &format!("{version}_extra"), &sql)?;
        Ok((version, sql))
    }
}

fn schemas(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("tenant_t{n:04}")).collect()
}

fn create(tenancy: &Tenancy, numbers: impl Iterator<Item = usize>) -> Result<()> {
    for n in numbers {
        tenancy.provisioner().create(&NewTenant::new(format!("t{n:04}").parse()?))?;
    }
    Ok(())
}

fn write(directory: &Path, name: &str, sql: &str) -> Result<()> {
    let path = directory.join(name);
    fs::create_dir(&path)?;
    Ok(fs::write(path.join("up.sql"), sql)?)
}
