//! What a command works with.

use std::path::{Path, PathBuf};

use tenancy_diesel::{Error, Migrations, PoolSettings, Tenancy};

use crate::arguments::Global;
use crate::exit::Usage;
use crate::output::Output;

/// Where migrations are unless `--migrations` says otherwise.
const DEFAULT_MIGRATIONS: &str = "migrations/tenant";

/// The library as the options configure it, and where results go.
pub(crate) struct Context {
    pub(crate) tenancy: Tenancy,
    pub(crate) out: Output,
    /// Whether the URL that serves requests was given.
    pub(crate) knows_the_service: bool,
    migrations: PathBuf,
}

impl Context {
    /// Configures the library. Nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// [`Usage`] when no database is named or the migrations that were named are not there; what the library
    /// has against the names or the URL.
    pub(crate) fn open(global: &Global) -> anyhow::Result<Self> {
        let url = global.database_url.as_deref().map(str::trim).filter(|url| !url.is_empty()).ok_or_else(|| {
            Usage::new("which database? pass `--database-url postgres://user@host/database`, or set DATABASE_URL")
        })?;
        let migrations = migrations_of(global)?;
        let mut builder = Tenancy::builder()
            .database_url(url)
            .migrations(Migrations::directory(&migrations)?)
            // The fleet's workers have a pool of their own; nothing is opened ahead of need.
            .pool(PoolSettings { max_size: 2, min_idle: Some(0), ..PoolSettings::default() });
        builder = builder.tenant_roles(global.roles);
        if let Some(key) = &global.secret_key {
            builder = builder.secret_key(key.clone());
        }
        let service = global.service_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        if let Some(service) = service {
            builder = builder.operator_url(url).database_url(service);
        }
        if let Some(template) = &global.template {
            builder = builder.schema_per_tenant(template);
        }
        if let Some(prefix) = &global.prefix {
            builder = builder.schema_prefix(prefix);
        }
        Ok(Self {
            tenancy: builder.build()?,
            out: Output::new(global.json),
            knows_the_service: service.is_some(),
            migrations,
        })
    }

    /// Where the migrations are looked for.
    pub(crate) fn migrations(&self) -> &Path {
        &self.migrations
    }

    /// A statement that failed because the control plane is not there says so, with the remedy.
    pub(crate) fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast_ref::<Error>() {
            Some(Error::Query { .. }) => match self.tenancy.check_ready() {
                Err(Error::NotInitialized) => Error::NotInitialized.into(),
                _ => error,
            },
            _ => error,
        }
    }
}

/// Where the migrations are looked for; unless it was named, that directory may be missing.
///
/// # Errors
///
/// [`Usage`] when one was named that is not there.
pub(crate) fn migrations_of(global: &Global) -> anyhow::Result<PathBuf> {
    match &global.migrations {
        Some(given) if !given.is_dir() => {
            Err(Usage::new(format!("there is no directory `{}` (--migrations)", given.display())).into())
        }
        Some(given) => Ok(given.clone()),
        None => Ok(PathBuf::from(DEFAULT_MIGRATIONS)),
    }
}
