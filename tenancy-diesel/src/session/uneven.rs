use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tenancy_core::tenant::TenantId;

/// Tenants whose tables differ from others' at the same version (a change made by hand), found out by a stale
/// plan. Their sessions share no prepared statements with other tenants.
#[derive(Debug, Default)]
pub(super) struct Uneven(Mutex<HashSet<TenantId>>);

/// Above this many the set starts anew: each member costs its requests one preparation per statement, and a
/// tenant that is still uneven is found out again.
const MOST: usize = 1024;

impl Uneven {
    pub(super) fn insert(&self, tenant: TenantId) {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= MOST {
            tenants.clear();
        }
        tenants.insert(tenant);
    }

    pub(super) fn contains(&self, tenant: TenantId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&tenant)
    }
}
