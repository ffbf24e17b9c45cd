use serde::Serialize;

use super::{Canaries, Policy};
use crate::name::{SchemaName, TenantSlug};
use crate::tenant::TenantId;

/// A tenant with something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantPlan {
    /// The tenant.
    pub id: TenantId,
    /// What it is called.
    pub slug: TenantSlug,
    /// Where its tables are.
    pub schema: SchemaName,
    /// The newest migration it has.
    pub from: Option<String>,
    /// Which of the plan's lists of migrations it needs.
    #[serde(skip)]
    pub(super) list: usize,
}

/// Tenants that are finished before any of the next wave is begun. Those that need the same migrations stand together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Wave {
    /// Whether a failure among them ends the run.
    pub canary: bool,
    /// Who.
    pub tenants: Vec<TenantPlan>,
}

/// Divides tenants into waves.
pub(super) fn waves(tenants: Vec<TenantPlan>, policy: &Policy) -> Vec<Wave> {
    let mut rest = tenants;
    // A stable order: alphabetical among those that need the same.
    rest.sort_by_key(|tenant| tenant.list);
    let canaries = match &policy.canaries {
        Canaries::None => Vec::new(),
        Canaries::Count(count) => take_spread(&mut rest, *count),
        Canaries::Named(slugs) => rest.extract_if(.., |tenant| slugs.contains(&tenant.slug)).collect(),
    };
    let size = policy.wave_size.unwrap_or(usize::MAX).max(1);
    let mut waves = Vec::new();
    if !canaries.is_empty() {
        waves.push(Wave { canary: true, tenants: canaries });
    }
    let mut rest = rest.into_iter().peekable();
    while rest.peek().is_some() {
        waves.push(Wave { canary: false, tenants: rest.by_ref().take(size).collect() });
    }
    waves
}

/// Takes `count` of `tenants`: one of each list first, then evenly spread.
fn take_spread(tenants: &mut Vec<TenantPlan>, count: usize) -> Vec<TenantPlan> {
    let count = count.min(tenants.len());
    let mut chosen = vec![false; tenants.len()];
    let mut last = None;
    let mut left = count;
    for (place, tenant) in tenants.iter().enumerate() {
        if left > 0 && last != Some(tenant.list) {
            chosen[place] = true;
            left -= 1;
        }
        last = Some(tenant.list);
    }
    let free: Vec<usize> = (0..tenants.len()).filter(|&place| !chosen[place]).collect();
    for nth in 0..left {
        chosen[free[nth * free.len() / left]] = true;
    }
    let mut place = 0;
    tenants
        .extract_if(.., |_| {
            place += 1;
            chosen[place - 1]
        })
        .collect()
}
