use std::env;
use std::num::NonZeroU32;

use tenancy_core::conninfo::{ConnInfo, LibpqEnvironment, Secrets};
use tenancy_core::isolation::{Scope, SessionDefaults, SharedSchemas, TenantRoles};
use tenancy_core::limits::Limits;
use tenancy_core::name::SchemaNaming;
use tenancy_core::resolve::{Resolve, ResolverChain};

use crate::context::{Context, Settings};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::pools::PoolSettings;
use crate::provision::refiller;
use crate::secrets::SecretKey;
use crate::tenancy::Tenancy;

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
    roles: TenantRoles,
    operator_url: Option<String>,
    key: Option<SecretKey>,
    dedicated_size: Option<u32>,
    connections: Option<NonZeroU32>,
    detect_fall_through: Option<bool>,
    scope: Scope,
    spares: usize,
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

    /// The database as a login that creates, changes, migrates and drops tenants; the same as
    /// [`database_url`](Self::database_url) unless set.
    ///
    /// With a login of its own for that, the one that serves requests needs no right to create roles or schemas, and
    /// cannot act as the owner of the tenants' schemas. [`Tenancy::init`] lets it serve tenants; so does
    /// `tenancy roles --admit`.
    #[must_use]
    pub fn operator_url(mut self, url: impl Into<String>) -> Self {
        self.operator_url = Some(url.into());
        self
    }

    /// The key that seals passwords of logins; needed where tenants have logins of their own, or logins share them out
    /// ([`Logins`](crate::Logins)).
    #[must_use]
    pub fn secret_key(mut self, key: SecretKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The most connections of a tenant that has a login of its own; 2 unless set.
    #[must_use]
    pub fn dedicated_pool_size(mut self, size: u32) -> Self {
        self.dedicated_size = Some(size);
        self
    }

    /// What is pinned to a tenant: a session, or one transaction at a time; [`Scope::Session`] unless set.
    ///
    /// Behind a pooler in transaction mode only [`Scope::Transaction`] is safe. `database_url` then leads to the
    /// pooler, and [`operator_url`](Self::operator_url) to PostgreSQL itself: without it, whatever needs a session
    /// (`init`, sign-ups, migrations) is refused with [`Error::OperatorUrlNeeded`].
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Whether new tenants get roles of their own; [`TenantRoles::On`] unless set.
    #[must_use]
    pub fn tenant_roles(mut self, roles: TenantRoles) -> Self {
        self.roles = roles;
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

    /// A setting that every tenant's session starts with, for example `statement_timeout`. Migrations and the
    /// control plane do not get it.
    #[must_use]
    pub fn session_default(mut self, name: &str, value: &str) -> Self {
        self.defaults = self.defaults.with(name, value);
        self
    }

    /// What every tenant is limited to that has no limits of its own: settings that every session starts with, and how
    /// many connections one tenant may hold (before [`PoolSettings::max_per_tenant`]).
    ///
    /// A setting that the login may not set (`temp_file_limit`, mostly) is an error of the first connection.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        for (name, value) in limits.settings() {
            self.defaults = self.defaults.with(name, &value);
        }
        self.connections = limits.connections.or(self.connections);
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

    /// Whether whoever asks for a tenant's connection is told ([`Error::SchemaIncomplete`]) when the tenant lacks a table
    /// of the template and a shared schema has one of that name, which would answer its queries. It costs a round trip
    /// for each tenant every ten seconds; on in debug builds and off in release builds unless set. `tenancy check` looks
    /// at all tenants at once.
    #[must_use]
    pub fn detect_fall_through(mut self, detect: bool) -> Self {
        self.detect_fall_through = Some(detect);
        self
    }

    /// How many spares to keep: clones of the template that sign-ups take over, so that they need not wait for a clone
    /// ([`Spares`](crate::Spares)). None unless set.
    ///
    /// A thread of its own makes them, one at a time, whenever some are missing, and drops those of a template that has
    /// changed since. Of several processes on one database one at a time does so. It ends with the last clone of the
    /// [`Tenancy`]; what goes wrong is told to `tracing` and tried again.
    #[must_use]
    pub fn spares(mut self, keep: usize) -> Self {
        self.spares = keep;
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
    /// machine and the URL does not demand encryption; [`Error::OperatorUrlNeeded`] when spares are to be kept and only a
    /// pooler in transaction mode is known; [`Error::Unreachable`] when no thread can be started for them.
    pub fn build(self) -> Result<Tenancy, Error> {
        let naming = SchemaNaming::new(
            self.prefix.as_deref().unwrap_or(SchemaNaming::DEFAULT_PREFIX),
            self.template.as_deref().unwrap_or(SchemaNaming::DEFAULT_TEMPLATE),
        )?;
        if !self.danger_plain_text {
            for url in [Some(&self.url), self.operator_url.as_ref()].into_iter().flatten() {
                require_encryption(url)?;
            }
        }
        let max_per_tenant = self.connections.map(NonZeroU32::get).or(self.pool.max_per_tenant);
        let pool = PoolSettings { max_per_tenant, ..self.pool };
        if self.spares > 0 && self.scope == Scope::Transaction && self.operator_url.is_none() {
            return Err(Error::OperatorUrlNeeded);
        }
        let tenancy = Tenancy::new(Context::new(Settings {
            url: self.url,
            naming,
            shared: self.shared,
            defaults: self.defaults,
            pool,
            resolvers: self.resolvers,
            migrations: self.migrations,
            roles: self.roles,
            operator_url: self.operator_url,
            key: self.key,
            dedicated_size: self.dedicated_size.unwrap_or(DEDICATED_SIZE),
            detect_fall_through: self.detect_fall_through.unwrap_or(cfg!(debug_assertions)),
            scope: self.scope,
            spares: self.spares,
        }));
        if self.spares > 0 {
            refiller::start(tenancy.context())?;
        }
        Ok(tenancy)
    }
}

impl Tenancy {
    /// Starts configuring.
    pub fn builder() -> TenancyBuilder {
        TenancyBuilder::default()
    }
}

/// How many connections a dedicated tenant has unless configured.
const DEDICATED_SIZE: u32 = 2;

fn require_encryption(url: &str) -> Result<(), Error> {
    ConnInfo::read(url, &libpq_environment()).require_encryption().map_err(|mut refusal| {
        // A `/` in a password that was not escaped ends the URL's hosts too early.
        if Secrets::of(url).covers(&refusal.host) {
            refusal.host = "***".to_owned();
        }
        refusal.into()
    })
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
