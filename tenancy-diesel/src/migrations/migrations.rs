use std::fmt;
use std::path::Path;
use std::sync::Arc;

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations};
use tenancy_core::fleet::Catalog;
use tenancy_core::migration::lint::{Warning, lint};
use tenancy_core::name::SchemaNaming;

use super::{Loaded, RustMigration};
use crate::error::Error;

/// Where migrations come from: nowhere, a directory in Diesel's format, or the program itself; and functions in Rust
/// ([`with`](Self::with)).
///
/// Names in them are unqualified, so that they land in the template and in each tenant's schema.
#[derive(Clone, Default)]
pub struct Migrations {
    source: Option<Arc<dyn MigrationSource<Pg> + Send + Sync>>,
    functions: Vec<RustMigration>,
}

impl Migrations {
    /// No migrations: the template is made by hand.
    pub fn none() -> Self {
        Self::default()
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
        Ok(Self { source: Some(Arc::new(source)), ..Self::default() })
    }

    /// Migrations compiled into the program by `diesel_migrations::embed_migrations!`.
    pub fn embedded(migrations: EmbeddedMigrations) -> Self {
        Self { source: Some(Arc::new(migrations)), ..Self::default() }
    }

    /// Registers a function, which then runs in its place among the others. Where there is a directory for it
    /// ([`RustMigration`]), it must have the same name.
    #[must_use]
    pub fn with(mut self, migration: RustMigration) -> Self {
        self.functions.push(migration);
        self
    }

    /// What there is, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Migrations`] when they cannot be read; [`Error::Catalog`] when two have one version.
    pub fn catalog(&self) -> Result<Catalog, Error> {
        Ok(Catalog::new(self.read()?.iter().map(Loaded::described).collect())?)
    }

    /// What in their texts hurts in production, or in a fleet of tenants whose template and prefix are `naming`'s: what
    /// `tenancy migration lint` says. A service can demand in a test that it is nothing. Functions are not looked into.
    ///
    /// ```
    /// # use tenancy_diesel::Migrations;
    /// # use tenancy_diesel::core::migration::lint::Severity;
    /// let warnings = Migrations::directory("migrations/tenant")?.lint(&Default::default())?;
    /// assert!(warnings.iter().all(|warning| warning.severity == Severity::Hint), "{warnings:#?}");
    /// # Ok::<(), tenancy_diesel::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`catalog`](Self::catalog).
    pub fn lint(&self, naming: &SchemaNaming) -> Result<Vec<Warning>, Error> {
        let loaded = self.load()?;
        let texts: Vec<_> = loaded.iter().filter_map(Loaded::text).collect();
        Ok(lint(&texts, naming))
    }

    /// The migrations themselves, in order.
    ///
    /// # Errors
    ///
    /// As [`catalog`](Self::catalog).
    pub(crate) fn load(&self) -> Result<Vec<Loaded>, Error> {
        let mut loaded = self.read()?;
        // It refuses a version that is there twice.
        Catalog::new(loaded.iter().map(Loaded::described).collect())?;
        loaded.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(loaded)
    }

    fn read(&self) -> Result<Vec<Loaded>, Error> {
        let mut loaded = Vec::new();
        if let Some(source) = &self.source {
            let migrations = source.migrations().map_err(|error| Error::Migrations(error.to_string()))?;
            for migration in &migrations {
                loaded.push(Loaded::read(migration.as_ref())?);
            }
        }
        for function in &self.functions {
            match loaded.iter_mut().find(|one| one.is_place_of(function)) {
                Some(place) => place.fill(function),
                None => loaded.push(Loaded::function(function)),
            }
        }
        Ok(loaded)
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_none = self.source.is_none() && self.functions.is_empty();
        f.write_str(if is_none { "Migrations(none)" } else { "Migrations(..)" })
    }
}
