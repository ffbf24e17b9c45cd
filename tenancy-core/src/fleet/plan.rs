use serde::Serialize;

use super::{Catalog, Migration};
use crate::name::{SchemaName, TenantSlug};
use crate::tenant::TenantId;

/// A tenant and what was applied to its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub id: TenantId,
    /// What it is called.
    pub slug: TenantSlug,
    /// Where its tables are.
    pub schema: SchemaName,
    /// The versions that the registry has on record, in any order.
    pub applied: Vec<String>,
}

/// What one tenant needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantPlan {
    /// The tenant.
    pub id: TenantId,
    /// What it is called.
    pub slug: TenantSlug,
    /// Where its tables are.
    pub schema: SchemaName,
    /// The migrations to apply, oldest first; never empty.
    pub pending: Vec<Migration>,
}

/// What the fleet needs: plain data that a runner carries out and `--dry-run` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FleetPlan {
    /// The tenants with something to do, in the order given.
    pub tenants: Vec<TenantPlan>,
}

impl FleetPlan {
    /// Compares `subjects` with the catalogue.
    pub fn new(catalog: &Catalog, subjects: impl IntoIterator<Item = Subject>) -> Self {
        let tenants = subjects
            .into_iter()
            .filter_map(|subject| {
                let pending: Vec<Migration> = catalog.missing(&subject.applied).cloned().collect();
                (!pending.is_empty()).then_some(TenantPlan {
                    id: subject.id,
                    slug: subject.slug,
                    schema: subject.schema,
                    pending,
                })
            })
            .collect();
        Self { tenants }
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.tenants.is_empty()
    }

    /// The number of migrations to apply over all tenants.
    pub fn steps(&self) -> usize {
        self.tenants.iter().map(|tenant| tenant.pending.len()).sum()
    }
}
