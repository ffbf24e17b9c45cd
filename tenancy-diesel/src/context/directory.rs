use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::Tenant;

/// A short memory of registry rows for the request path.
///
/// It may be stale: the pin asks the registry again in the round trip that it makes anyway, so a tenant that
/// was suspended, renamed or dropped elsewhere is refused whatever stands here. Only tenants that exist are
/// remembered, so a flood of invented names cannot push real ones out.
#[derive(Debug, Default)]
pub(crate) struct Directory(RwLock<HashMap<TenantSlug, (Instant, Tenant)>>);

/// How long a row is believed. It bounds how long a changed name, plan or setting goes unnoticed.
const BELIEVED: Duration = Duration::from_secs(10);

impl Directory {
    pub(crate) fn get(&self, slug: &TenantSlug) -> Option<Tenant> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read, tenant) = rows.get(slug)?;
        (read.elapsed() < BELIEVED).then(|| tenant.clone())
    }

    pub(crate) fn remember(&self, tenant: &Tenant) {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rows.insert(tenant.slug.clone(), (Instant::now(), tenant.clone()));
    }

    pub(crate) fn forget(&self, slug: &TenantSlug) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }
}
