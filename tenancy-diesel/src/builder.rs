use std::env;

use tenancy_core::conninfo::{ConnInfo, LibpqEnvironment, Secrets};
use tenancy_core::isolation::{SessionDefaults, SharedSchemas};
use tenancy_core::name::SchemaNaming;
use tenancy_core::resolve::{Resolve, ResolverChain};

use crate::blueprint::BlueprintCache;
use crate::error::Error;
use crate::fleet::Migrations;
use crate::pools::{PoolSettings, SessionPool};
use crate::registry::Directory;
use crate::tenancy::{Inner, Tenancy};

/// Configures a [`Tenancy`].
#[derive(Debug, Default)]
pub struct TenancyBuilder {
    url: String,
    prefix: Option<String>,
    template: Option<String>,
    shared: SharedSchemas,
    defaults: SessionDefaults,
    pool: PoolSettings,
    resolvers: ResolverChain,
    migrations: Migrations,
    danger_plain_text: bool,
}

impl TenancyBuilder {
    /// The database: a URL (`postgres://user@host/database`) or libpq's keyword form. What it leaves out is
    /// taken from libpq's environment variables.
    #[must_use]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Tenants live in schemas of their own, cloned from `template`; `base_template` unless set.
    #[must_use]
    pub fn schema_per_tenant(mut self, template: impl Into<String>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// What tenants' schemas start with; `tenant_` unless set.
    #[must_use]
    pub fn schema_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The schemas that every tenant sees behind its own; `public` unless set.
    #[must_use]
    pub fn shared_schemas(mut self, shared: SharedSchemas) -> Self {
        self.shared = shared;
        self
    }

    /// A setting that every session starts with, for example `statement_timeout`.
    #[must_use]
    pub fn session_default(mut self, name: &str, value: &str) -> Self {
        self.defaults = self.defaults.with(name, value);
        self
    }

    /// How large the tenants' pool is and how long it waits.
    #[must_use]
    pub fn pool(mut self, settings: PoolSettings) -> Self {
        self.pool = settings;
        self
    }

    /// Adds a source of the tenant's name, weaker than those already added.
    #[must_use]
    pub fn resolve_by(mut self, source: impl Resolve + 'static) -> Self {
        self.resolvers = self.resolvers.then(source);
        self
    }

    /// The migrations of the template and of every tenant; none unless set.
    #[must_use]
    pub fn migrations(mut self, migrations: Migrations) -> Self {
        self.migrations = migrations;
        self
    }

    /// Allows a connection over a network without encryption, for a network that is trusted as a whole.
    #[must_use]
    pub fn danger_allow_plain_text(mut self) -> Self {
        self.danger_plain_text = true;
        self
    }

    /// Makes the library. Connects in the background: an unreachable database is an error of the first call
    /// that needs it, so that a service can start before its database.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for the prefix or the template; [`Error::PlainText`] when the database is on another
    /// machine and the URL does not demand encryption.
    pub fn build(self) -> Result<Tenancy, Error> {
        let naming = SchemaNaming::new(
            self.prefix.as_deref().unwrap_or(SchemaNaming::DEFAULT_PREFIX),
            self.template.as_deref().unwrap_or(SchemaNaming::DEFAULT_TEMPLATE),
        )?;
        if !self.danger_plain_text {
            ConnInfo::read(&self.url, &libpq_environment()).require_encryption().map_err(|mut refusal| {
                // A `/` in a password that was not escaped ends the URL's hosts too early.
                if Secrets::of(&self.url).covers(&refusal.host) {
                    refusal.host = "***".to_owned();
                }
                refusal
            })?;
        }
        let pool = PoolSettings { max_size: self.pool.max_size.max(1), ..self.pool };
        // Two connections let a sign-up and a look-up go on beside each other; none is kept when idle.
        let control = PoolSettings { max_size: pool.max_size.min(2), min_idle: Some(0), ..pool.clone() };
        Ok(Tenancy::new(Inner {
            tenants: SessionPool::new(&self.url, &self.defaults, &pool),
            control: SessionPool::new(&self.url, &self.defaults, &control),
            #[cfg(feature = "tokio")]
            permits: std::sync::Arc::new(tokio::sync::Semaphore::new(pool.max_size as usize)),
            #[cfg(feature = "tokio")]
            control_permits: std::sync::Arc::new(tokio::sync::Semaphore::new(control.max_size as usize)),
            url: self.url,
            naming,
            shared: self.shared,
            defaults: self.defaults,
            resolvers: self.resolvers,
            migrations: self.migrations,
            directory: Directory::default(),
            blueprints: BlueprintCache::default(),
        }))
    }
}

fn libpq_environment() -> LibpqEnvironment {
    let read = |name| env::var(name).ok().filter(|value: &String| !value.is_empty());
    LibpqEnvironment {
        host: read("PGHOST"),
        hostaddr: read("PGHOSTADDR"),
        sslmode: read("PGSSLMODE"),
        service: read("PGSERVICE"),
    }
}
