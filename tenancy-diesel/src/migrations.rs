//! Where migrations come from.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use diesel::migration::{Migration as DieselMigration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations};
use tenancy_core::fleet::{Catalog, Migration};

use crate::error::Error;

/// Where migrations come from: nowhere, a directory in Diesel's format, or the program itself.
///
/// Names in them are unqualified, so that they land in the template and in each tenant's schema.
#[derive(Clone, Default)]
pub struct Migrations(Option<Arc<dyn MigrationSource<Pg> + Send + Sync>>);

/// A migration as Diesel runs it.
pub(crate) type Loaded = Box<dyn DieselMigration<Pg>>;

impl Migrations {
    /// No migrations: the template is made by hand.
    pub fn none() -> Self {
        Self(None)
    }

    /// The migrations in `directory`, read anew for every run. A directory that does not exist holds none.
    ///
    /// # Errors
    ///
    /// [`Error::Migrations`] when it holds something that is no migration.
    pub fn directory(directory: impl AsRef<Path>) -> Result<Self, Error> {
        let directory = directory.as_ref();
        if !directory.exists() {
            return Ok(Self::none());
        }
        let source = FileBasedMigrations::from_path(directory)
            .map_err(|error| Error::Migrations(format!("{}: {error}", directory.display())))?;
        Ok(Self(Some(Arc::new(source))))
    }

    /// Migrations compiled into the program by `diesel_migrations::embed_migrations!`.
    pub fn embedded(migrations: EmbeddedMigrations) -> Self {
        Self(Some(Arc::new(migrations)))
    }

    /// What there is, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Migrations`] when they cannot be read; [`Error::Catalog`] when two have one version.
    pub fn catalog(&self) -> Result<Catalog, Error> {
        let loaded = self.load()?;
        let described = loaded.iter().map(|migration| Migration {
            version: migration.name().version().to_string(),
            name: migration.name().to_string(),
            transactional: migration.metadata().run_in_transaction(),
        });
        Ok(Catalog::new(described.collect())?)
    }

    /// The migrations themselves. They cannot cross threads, so each worker loads its own.
    pub(crate) fn load(&self) -> Result<Vec<Loaded>, Error> {
        match &self.0 {
            None => Ok(Vec::new()),
            Some(source) => source.migrations().map_err(|error| Error::Migrations(error.to_string())),
        }
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Migrations(..)" } else { "Migrations(none)" })
    }
}
