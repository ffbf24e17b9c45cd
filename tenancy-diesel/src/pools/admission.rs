use tenancy_core::fairness::default_cap;
use tenancy_core::tenant::ActiveTenant;

use super::{PoolSettings, SessionPool};
use crate::error::Error;
use crate::turnstile::{Arrival, InVain, Permit};

/// Who gets in. The pool itself serves whoever asks first; here tenants wait in turns.
impl SessionPool {
    /// The right to one connection for `tenant`. Blocks for up to the pool's timeout.
    pub(crate) fn admit(&self, tenant: &ActiveTenant) -> Result<Permit, Error> {
        self.arrive(tenant)
            .wait(self.settings.connection_timeout)
            .map_err(|reason| self.refusal(tenant, reason))
    }

    /// The same without a thread.
    #[cfg(feature = "tokio")]
    pub(crate) async fn admit_async(&self, tenant: &ActiveTenant) -> Result<Permit, Error> {
        let answer = self.arrive(tenant).within(self.settings.connection_timeout).await;
        answer.map_err(|reason| self.refusal(tenant, reason))
    }

    fn arrive(&self, tenant: &ActiveTenant) -> Arrival {
        let cap = tenant.limits.connections.map_or_else(|| self.settings.cap(), |most| most.get());
        self.turnstile.arrive(tenant.id, cap)
    }

    fn refusal(&self, tenant: &ActiveTenant, reason: InVain) -> Error {
        // Those that were admitted wait for a server that is away, and nobody is to blame but that.
        if self.pool.state().connections == 0 {
            return Error::Unreachable("no connection could be made".to_owned());
        }
        match reason {
            InVain::Exhausted => self.exhausted(),
            InVain::OwnLimit(limit) => Error::TenantLimit {
                slug: tenant.slug.clone(),
                limit,
                waited: self.settings.connection_timeout,
            },
        }
    }
}

impl PoolSettings {
    /// How many connections a tenant may hold that has no limit of its own.
    fn cap(&self) -> u32 {
        self.max_per_tenant.unwrap_or_else(|| default_cap(self.max_size.max(1)))
    }
}
