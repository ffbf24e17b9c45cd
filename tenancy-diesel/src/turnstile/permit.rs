use std::sync::Arc;

use tenancy_core::tenant::TenantId;

use super::Turnstile;

/// The right to hold one connection for a tenant. Whoever holds the connection drops it first.
#[derive(Debug)]
#[must_use = "the right goes back when this is dropped"]
pub(crate) struct Permit {
    turnstile: Arc<Turnstile>,
    tenant: TenantId,
}

impl Permit {
    pub(super) fn new(turnstile: Arc<Turnstile>, tenant: TenantId) -> Self {
        Self { turnstile, tenant }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.turnstile.leave(self.tenant);
    }
}
