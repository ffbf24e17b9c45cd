use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use diesel::prelude::*;
use tenancy_core::isolation::{Scope, SessionDefaults};
use tenancy_core::name::RoleName;

use crate::error::Error;
use crate::pools::{PoolSettings, SessionPool};
use crate::secrets::{SecretError, SecretKey};
use crate::session::Address;

/// The pools of logins other than the service's own, made when they are first asked for.
pub(super) struct LoginPools {
    pools: RwLock<HashMap<RoleName, Arc<SessionPool>>>,
    /// The database as the service's own login.
    url: String,
    defaults: SessionDefaults,
    shard: PoolSettings,
    dedicated: PoolSettings,
    key: Option<SecretKey>,
    /// Where the passwords are read.
    control: Arc<SessionPool>,
    scope: Scope,
}

/// What the registry knows about a login.
type Login = (String, Option<Vec<u8>>);

diesel::table! {
    tenancy.logins (name) {
        name -> Text,
        kind -> Text,
        secret -> Nullable<Bytea>,
    }
}

/// How long a connection of such a pool stays when nobody needs it: there may be many of them.
const IDLE: Duration = Duration::from_secs(60);

impl LoginPools {
    pub(super) fn new(
        url: &str,
        defaults: SessionDefaults,
        (shard, dedicated): (PoolSettings, PoolSettings),
        key: Option<SecretKey>,
        control: Arc<SessionPool>,
        scope: Scope,
    ) -> Self {
        let lazy =
            |settings: PoolSettings| PoolSettings { min_idle: Some(0), idle_timeout: Some(IDLE), ..settings };
        // Nobody to share a dedicated pool with.
        let whole = Some(dedicated.max_size);
        let (shard, dedicated) = (lazy(shard), PoolSettings { max_per_tenant: whole, ..lazy(dedicated) });
        Self {
            pools: RwLock::default(),
            url: url.to_owned(),
            defaults,
            shard,
            dedicated,
            key,
            control,
            scope,
        }
    }

    /// The pool of `login`, if it was made already.
    pub(super) fn known(&self, login: &RoleName) -> Option<Arc<SessionPool>> {
        self.pools.read().unwrap_or_else(PoisonError::into_inner).get(login).cloned()
    }

    /// The pool of `login`. Costs a look-up the first time.
    pub(super) fn get(&self, login: &RoleName) -> Result<Arc<SessionPool>, Error> {
        if let Some(pool) = self.known(login) {
            return Ok(pool);
        }
        let key = self.key.clone().ok_or_else(|| Error::NoSecretKey(login.clone()))?;
        let (kind, secret) = read(&self.control, login)?;
        // A key that does not fit is told at once, and not as a database that cannot be reached.
        let sealed = secret.ok_or_else(|| SecretError::Sealed(login.to_string()))?;
        key.open(&sealed, login.as_str())?;
        let settings = if kind == "dedicated" { &self.dedicated } else { &self.shard };
        let address = LoginAddress {
            url: self.url.clone(),
            login: login.clone(),
            key,
            control: Arc::clone(&self.control),
        };
        let purpose = "of the tenant's login (raise `PoolSettings::max_size`, or make requests shorter)";
        let pool =
            Arc::new(SessionPool::new(Arc::new(address), &self.defaults, settings, purpose, self.scope));
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(pools.entry(login.clone()).or_insert(pool)))
    }

    /// Gives a pool up: its login is gone or has another purpose. Sessions on loan finish their work.
    pub(super) fn forget(&self, login: &RoleName) {
        self.pools.write().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}

/// The database as a login whose password stands in the registry.
struct LoginAddress {
    url: String,
    login: RoleName,
    key: SecretKey,
    control: Arc<SessionPool>,
}

impl Address for LoginAddress {
    fn url(&self) -> Result<String, String> {
        let password = || {
            let (_, secret) = read(&self.control, &self.login)?;
            let sealed = secret.ok_or_else(|| SecretError::Sealed(self.login.to_string()))?;
            Ok::<_, Error>(self.key.open(&sealed, self.login.as_str())?)
        };
        let password = password().map_err(|error| error.to_string())?;
        Ok(tenancy_core::conninfo::with_login(&self.url, self.login.as_str(), &password))
    }
}

fn read(control: &SessionPool, login: &RoleName) -> Result<Login, Error> {
    let mut loan = control.control()?;
    logins::table
        .find(login.as_str())
        .select((logins::kind, logins::secret))
        .first(loan.conn())
        .optional()
        .map_err(Error::query("read the login's password"))?
        .ok_or_else(|| SecretError::Sealed(login.to_string()).into())
}
