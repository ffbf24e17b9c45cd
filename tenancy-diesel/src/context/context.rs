use std::fmt;

use tenancy_core::isolation::{Scope, SessionDefaults, SharedSchemas, TenantRoles};
use tenancy_core::name::SchemaNaming;
use tenancy_core::resolve::ResolverChain;

use super::Directory;
use crate::blueprint::BlueprintCache;
use crate::connection::ControlConnection;
use crate::error::Error;
use crate::migrations::Migrations;
use crate::pools::{PoolSettings, SessionPool};

/// What the builder decided, and what lives as long as the service.
pub(crate) struct Context {
    pub(crate) naming: SchemaNaming,
    pub(crate) shared: SharedSchemas,
    pub(crate) resolvers: ResolverChain,
    pub(crate) migrations: Migrations,
    pub(crate) roles: TenantRoles,
    /// The tenants' pool.
    pub(crate) tenants: SessionPool,
    /// The control plane's, for look-ups: each takes a round trip or two.
    pub(crate) control: SessionPool,
    /// The operator's, for work that may wait for locks, so that no look-up waits behind it.
    pub(crate) operations: SessionPool,
    pub(crate) directory: Directory,
    pub(crate) blueprints: BlueprintCache,
    pub(crate) scope: Scope,
    url: String,
    operator_url: String,
    one_login: bool,
}

/// What the builder decided.
pub(crate) struct Settings {
    pub(crate) url: String,
    pub(crate) naming: SchemaNaming,
    pub(crate) shared: SharedSchemas,
    pub(crate) defaults: SessionDefaults,
    pub(crate) pool: PoolSettings,
    pub(crate) resolvers: ResolverChain,
    pub(crate) migrations: Migrations,
    pub(crate) roles: TenantRoles,
    /// Where operators' work is done; `url` unless set.
    pub(crate) operator_url: Option<String>,
    /// What is pinned, on connections of `url`.
    pub(crate) scope: Scope,
}

/// The most connections that look tenants up.
const LOOK_UPS: u32 = 2;
/// The most connections that create, change and migrate tenants at a time, the workers of a migration aside.
const OPERATIONS: u32 = 4;

impl Context {
    /// Makes the pools, which connect in the background.
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings {
            url,
            naming,
            shared,
            defaults,
            pool,
            resolvers,
            migrations,
            roles,
            operator_url,
            scope,
        } = settings;
        let one_login = operator_url.is_none();
        let operator_url = operator_url.unwrap_or_else(|| url.clone());
        let pool = PoolSettings { max_size: pool.max_size.max(1), ..pool };
        // Not the application's settings: its `statement_timeout` would end a migration.
        let own = SessionDefaults::default();
        // None is kept when idle.
        let control =
            PoolSettings { max_size: pool.max_size.min(LOOK_UPS), min_idle: Some(0), ..pool.clone() };
        let operations = PoolSettings { max_size: OPERATIONS, ..control.clone() };
        Self {
            tenants: SessionPool::new(
                &url,
                &defaults,
                &pool,
                "for tenants (raise `PoolSettings::max_size`, or make requests shorter)",
                scope,
            ),
            control: SessionPool::new(&url, &own, &control, "for looking tenants up", scope),
            operations: SessionPool::new(
                &operator_url,
                &own,
                &operations,
                "for creating and changing tenants",
                Scope::Session,
            ),
            directory: Directory::default(),
            blueprints: BlueprintCache::default(),
            naming,
            shared,
            resolvers,
            migrations,
            roles,
            scope,
            url,
            operator_url,
            one_login,
        }
    }

    /// Whether requests and operators use one login.
    pub(crate) fn has_one_login(&self) -> bool {
        self.one_login
    }

    /// A connection of the control plane for a look-up. Blocks until its pool has one.
    pub(crate) fn control(&self) -> Result<ControlConnection, Error> {
        self.control.control().map(ControlConnection::new)
    }

    /// Where requests are served.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where operators' work is done.
    pub(crate) fn operator_url(&self) -> &str {
        &self.operator_url
    }

    /// A connection of the control plane for work that may wait for locks. Blocks until its pool has one. That work
    /// needs a session: locks and a role that outlast a transaction.
    pub(crate) fn operation(&self) -> Result<ControlConnection, Error> {
        if self.scope == Scope::Transaction && self.one_login {
            return Err(Error::OperatorUrlNeeded);
        }
        self.operations.control().map(ControlConnection::new)
    }

    /// A pool of `size` control connections of its own, for work that keeps many of them busy.
    pub(crate) fn control_pool(&self, size: u32) -> SessionPool {
        let settings = PoolSettings { max_size: size, min_idle: Some(0), ..self.control.settings().clone() };
        SessionPool::new(
            &self.operator_url,
            &SessionDefaults::default(),
            &settings,
            "of this run",
            Scope::Session,
        )
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("naming", &self.naming)
            .field("pool", &self.tenants.state())
            .finish_non_exhaustive()
    }
}
