//! Pools of sessions: the tenants', and the control plane's two (`context`). `admission`: whose turn it is.

mod admission;

use std::sync::Arc;
use std::time::{Duration, Instant};

use r2d2::{NopErrorHandler, Pool, PooledConnection};
use tenancy_core::isolation::{Access, Scope, SessionDefaults, SessionPlan};

use crate::error::Error;
use crate::session::{Address, PinError, Session, SessionManager};
use crate::turnstile::Turnstile;

/// How large a pool is and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// The most connections, at least 1; 10 unless set.
    pub max_size: u32,
    /// The most connections that one tenant may hold at once, so that none takes the whole pool; three quarters of
    /// `max_size`, rounded down, unless set. A tenant's own limit (`Registry::set_limits`) goes before it.
    pub max_per_tenant: Option<u32>,
    /// How many idle connections are kept ready; as many as `max_size` unless set.
    pub min_idle: Option<u32>,
    /// How long a caller waits for its turn before [`Error::PoolExhausted`] or [`Error::TenantLimit`], and then for
    /// a connection before [`Error::Unreachable`]; 5 s unless set.
    pub connection_timeout: Duration,
    /// After how long a connection is replaced, which also bounds what a backend remembers of the tenants it
    /// served; 30 min unless set.
    pub max_lifetime: Option<Duration>,
    /// After how long a connection that nobody needs is closed, down to `min_idle`; 10 min unless set.
    pub idle_timeout: Option<Duration>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_size: 10,
            max_per_tenant: None,
            min_idle: None,
            connection_timeout: Duration::from_secs(5),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
        }
    }
}

/// How full a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Connections, idle or in use.
    pub connections: u32,
    /// Connections nobody uses.
    pub idle: u32,
    /// Connections that tenants hold or are about to get.
    pub lent: u32,
    /// Callers that wait for their tenant's turn.
    pub waiting: usize,
}

/// A pool of sessions.
pub(crate) struct SessionPool {
    pool: Pool<SessionManager>,
    settings: PoolSettings,
    purpose: &'static str,
    turnstile: Arc<Turnstile>,
    #[cfg(feature = "tokio")]
    permits: Arc<tokio::sync::Semaphore>,
}

/// A session on loan; the gate stands at its drop.
pub(crate) type Loan = PooledConnection<SessionManager>;

impl SessionPool {
    /// A pool that connects in the background; nothing is waited for. `purpose` completes the message "all
    /// connections .. were busy".
    pub(crate) fn new(
        address: Arc<dyn Address>,
        defaults: &SessionDefaults,
        settings: &PoolSettings,
        purpose: &'static str,
        scope: Scope,
    ) -> Self {
        let max_size = settings.max_size.max(1);
        let pool = Pool::builder()
            .max_size(max_size)
            .min_idle(settings.min_idle.map(|idle| idle.min(max_size)))
            .connection_timeout(settings.connection_timeout)
            .max_lifetime(settings.max_lifetime)
            .idle_timeout(settings.idle_timeout)
            // The pin is the liveness test; r2d2's ping would cost a second round trip.
            .test_on_check_out(false)
            // Failures reach the caller; r2d2 retries in the background.
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(SessionManager::new(address, defaults, scope));
        Self {
            pool,
            settings: settings.clone(),
            purpose,
            turnstile: Turnstile::new(max_size),
            #[cfg(feature = "tokio")]
            permits: Arc::new(tokio::sync::Semaphore::new(max_size as usize)),
        }
    }

    /// A permit to occupy a blocking thread with a connection: there are as many as the pool has connections, so
    /// async callers wait here, in order, and not on threads.
    #[cfg(feature = "tokio")]
    pub(crate) async fn permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        let acquire = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(self.settings.connection_timeout, acquire).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(self.exhausted()),
        }
    }

    /// Lends a session pinned to a tenant that was admitted. Blocks for up to the pool's timeout.
    pub(crate) fn pinned(&self, plan: &SessionPlan) -> Result<Loan, PinFailure> {
        self.lend(|session| session.pin(plan))
    }

    /// Lends a connection with a transaction pinned to a tenant, from a pool of that scope; whoever borrows it ends
    /// the transaction. Blocks for up to the pool's timeout.
    pub(crate) fn begun(&self, plan: &SessionPlan, access: Access) -> Result<Loan, PinFailure> {
        self.lend(|session| session.begin(plan, access))
    }

    /// Lends a session of the control plane. Blocks for up to the pool's timeout.
    pub(crate) fn control(&self) -> Result<Loan, Error> {
        self.lend(Session::pin_control).map_err(|failure| match failure {
            PinFailure::Pool(error) => error,
            PinFailure::Query(source) => Error::Query { doing: "pin the control session", source },
            // A control session names no tenant.
            PinFailure::Stale | PinFailure::Busy | PinFailure::SchemaMissing => Error::NotInitialized,
        })
    }

    /// How full the pool is.
    pub(crate) fn state(&self) -> PoolState {
        let state = self.pool.state();
        let (lent, waiting) = self.turnstile.state();
        PoolState { connections: state.connections, idle: state.idle_connections, lent, waiting }
    }

    /// What the pool was made with.
    pub(crate) fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    /// Checks out and pins. Every idle connection may have died while nobody looked (the server restarted), so
    /// dead ones are discarded until one lives or a new one cannot be made; a pin changes nothing but its own
    /// session, so trying again is safe.
    fn lend(&self, pin: impl Fn(&mut Session) -> Result<(), PinError>) -> Result<Loan, PinFailure> {
        let (mut last, began) = (String::new(), Instant::now());
        for _ in 0..=self.pool.max_size() {
            let mut loan = self.pool.get().map_err(|error| PinFailure::Pool(self.no_connection(&error)))?;
            match pin(&mut loan) {
                Ok(()) => return Ok(loan),
                Err(PinError::Broken(error)) => {
                    last = error.to_string();
                    // A pooler that has no session to give lets each connection wait before it ends it.
                    if began.elapsed() >= self.settings.connection_timeout {
                        break;
                    }
                }
                Err(PinError::Stale) => return Err(PinFailure::Stale),
                Err(PinError::Busy) => return Err(PinFailure::Busy),
                Err(PinError::SchemaMissing) => return Err(PinFailure::SchemaMissing),
                Err(PinError::Query(error)) => return Err(PinFailure::Query(error)),
            }
        }
        Err(PinFailure::Pool(Error::Unreachable(last)))
    }

    /// r2d2 reports the last failure to connect, if there was one since the last success.
    fn no_connection(&self, error: &r2d2::Error) -> Error {
        let text = error.to_string();
        match text.split_once(": ") {
            Some((_, reason)) => Error::Unreachable(reason.trim().to_owned()),
            None => self.exhausted(),
        }
    }

    fn exhausted(&self) -> Error {
        Error::PoolExhausted {
            purpose: self.purpose,
            size: self.pool.max_size(),
            waited: self.settings.connection_timeout,
        }
    }
}

/// Why no pinned session was lent.
#[derive(Debug)]
pub(crate) enum PinFailure {
    /// The pool has none to lend.
    Pool(Error),
    /// The registry disagrees with what the caller believes about the tenant.
    Stale,
    /// The tenant is being dropped or renamed.
    Busy,
    /// The tenant's schema is gone.
    SchemaMissing,
    /// PostgreSQL refused the pin.
    Query(diesel::result::Error),
}
