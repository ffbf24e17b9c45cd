use std::env;

use tenancy_core::conninfo::{ConnInfo, LibpqEnvironment, Secrets};
use tenancy_core::isolation::{Scope, SessionDefaults, SharedSchemas, TenantRoles};
use tenancy_core::name::SchemaNaming;
use tenancy_core::resolve::{Resolve, ResolverChain};

use crate::context::{Context, Settings};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::pools::PoolSettings;
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
    scope: Scope,
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
    /// cannot act as the owner of the tenants' schemas: let it in with [`Roles::admit`](crate::Roles::admit)
    /// (`tenancy roles --admit`).
    #[must_use]
    pub fn operator_url(mut self, url: impl Into<String>) -> Self {
        self.operator_url = Some(url.into());
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
            for url in [Some(&self.url), self.operator_url.as_ref()].into_iter().flatten() {
                require_encryption(url)?;
            }
        }
        Ok(Tenancy::new(Context::new(Settings {
            url: self.url,
            naming,
            shared: self.shared,
            defaults: self.defaults,
            pool: self.pool,
            resolvers: self.resolvers,
            migrations: self.migrations,
            roles: self.roles,
            operator_url: self.operator_url,
            scope: self.scope,
        })))
    }
}

impl Tenancy {
    /// Starts configuring.
    pub fn builder() -> TenancyBuilder {
        TenancyBuilder::default()
    }
}

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
