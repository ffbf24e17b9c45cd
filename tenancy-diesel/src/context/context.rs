use std::fmt;
use std::sync::Arc;

use tenancy_core::isolation::{Scope, SessionDefaults, SharedSchemas, TenantRoles};
use tenancy_core::name::{RoleName, SchemaNaming};
use tenancy_core::resolve::ResolverChain;
use tenancy_core::tenant::ActiveTenant;

use super::Directory;
use super::Refill;
use super::login_pools::LoginPools;
use crate::blueprint::BlueprintCache;
use crate::connection::ControlConnection;
use crate::error::Error;
use crate::fall_through::FallThroughDetector;
use crate::migrations::Migrations;
use crate::pools::{PoolSettings, SessionPool};
use crate::secrets::SecretKey;

/// What the builder decided, and what lives as long as the service.
pub(crate) struct Context {
    pub(crate) naming: SchemaNaming,
    pub(crate) shared: SharedSchemas,
    pub(crate) resolvers: ResolverChain,
    pub(crate) migrations: Migrations,
    pub(crate) roles: TenantRoles,
    /// The tenants' pool of the service's own login.
    pub(crate) tenants: Arc<SessionPool>,
    logins: LoginPools,
    /// Seals passwords of logins.
    pub(crate) key: Option<SecretKey>,
    /// The control plane's, for look-ups: each takes a round trip or two.
    pub(crate) control: Arc<SessionPool>,
    /// The operator's, for work that may wait for locks, so that no look-up waits behind it.
    pub(crate) operations: SessionPool,
    pub(crate) directory: Directory,
    pub(crate) blueprints: BlueprintCache,
    pub(crate) fall_through: FallThroughDetector,
    pub(crate) scope: Scope,
    pub(crate) refill: Refill,
    url: String,
    one_login: bool,
    operator_url: String,
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
    pub(crate) key: Option<SecretKey>,
    /// The most connections of one dedicated tenant.
    pub(crate) dedicated_size: u32,
    pub(crate) detect_fall_through: bool,
    /// What is pinned, on connections of `url`.
    pub(crate) scope: Scope,
    /// How many spares are kept.
    pub(crate) spares: usize,
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
            key,
            dedicated_size,
            detect_fall_through,
            scope,
            spares,
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
        let purpose = "for tenants (raise `PoolSettings::max_size`, or make requests shorter)";
        let tenants = SessionPool::new(Arc::new(url.clone()), &defaults, &pool, purpose, scope);
        let purpose = "for looking tenants up";
        let control = Arc::new(SessionPool::new(Arc::new(url.clone()), &own, &control, purpose, scope));
        let purpose = "for creating and changing tenants";
        let operations =
            SessionPool::new(Arc::new(operator_url.clone()), &own, &operations, purpose, Scope::Session);
        let sizes = (pool.clone(), PoolSettings { max_size: dedicated_size.max(1), ..pool });
        Self {
            tenants: Arc::new(tenants),
            logins: LoginPools::new(&url, defaults, sizes, key.clone(), Arc::clone(&control), scope),
            key,
            control,
            operations,
            directory: Directory::default(),
            blueprints: BlueprintCache::default(),
            fall_through: FallThroughDetector::new(detect_fall_through),
            naming,
            shared,
            resolvers,
            migrations,
            roles,
            scope,
            refill: Refill::keeping(spares),
            url,
            operator_url,
            one_login,
        }
    }

    /// The pool that serves `tenant`. Costs a look-up the first time that a login other than the service's own is met.
    pub(crate) fn pool_of(&self, tenant: &ActiveTenant) -> Result<Arc<SessionPool>, Error> {
        match &tenant.login {
            None => Ok(Arc::clone(&self.tenants)),
            Some(login) => self.logins.get(login),
        }
    }

    /// The same as far as it is known without asking the database; never blocks.
    #[cfg(feature = "tokio")]
    pub(crate) fn known_pool_of(&self, tenant: &ActiveTenant) -> Option<Arc<SessionPool>> {
        match &tenant.login {
            None => Some(Arc::clone(&self.tenants)),
            Some(login) => self.logins.known(login),
        }
    }

    /// Gives up the pool of a login that is gone.
    pub(crate) fn forget_login(&self, login: &RoleName) {
        self.logins.forget(login);
    }

    /// The most connections that one process opens while nobody migrates.
    pub(crate) fn most_connections(&self) -> u32 {
        [&self.tenants, &self.control, &self.operations]
            .into_iter()
            .fold(0, |sum, pool| sum.saturating_add(pool.settings().max_size))
    }

    /// Whether requests and operators use one URL.
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
            Arc::new(self.operator_url.clone()),
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
