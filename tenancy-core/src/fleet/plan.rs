use std::collections::BTreeMap;

use serde::Serialize;

use super::wave::waves;
use super::{Catalog, Migration, Policy, TenantPlan, Wave};
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

/// What the fleet needs, and in which waves: plain data that a runner carries out and `--dry-run` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FleetPlan {
    /// Which migrations some tenant needs, in the order in which they run; no list twice, none empty.
    lists: Vec<Vec<Migration>>,
    /// The tenants with something to do.
    pub waves: Vec<Wave>,
}

impl FleetPlan {
    /// What `subjects` lack, oldest migration first.
    pub fn up(catalog: &Catalog, subjects: impl IntoIterator<Item = Subject>, policy: &Policy) -> Self {
        Self::of(subjects, policy, |subject| catalog.missing(&subject.applied).cloned().collect())
    }

    /// Which of `versions` each of `subjects` has and is to lose, newest first. What the catalogue does not know is left
    /// out.
    pub fn down(
        catalog: &Catalog,
        versions: &[String],
        subjects: impl IntoIterator<Item = Subject>,
        policy: &Policy,
    ) -> Self {
        Self::of(subjects, policy, |subject| {
            let reverted =
                |m: &&Migration| versions.contains(&m.version) && subject.applied.contains(&m.version);
            catalog.migrations().iter().rev().filter(reverted).cloned().collect()
        })
    }

    fn of(
        subjects: impl IntoIterator<Item = Subject>,
        policy: &Policy,
        needs: impl Fn(&Subject) -> Vec<Migration>,
    ) -> Self {
        let mut lists: Vec<Vec<Migration>> = Vec::new();
        // Most tenants of a fleet have the same versions: each set of them is compared with the catalogue once.
        let mut known: BTreeMap<Vec<String>, Option<usize>> = BTreeMap::new();
        let mut tenants = Vec::new();
        for mut subject in subjects {
            subject.applied.sort();
            let list = match known.get(&subject.applied) {
                Some(list) => *list,
                None => {
                    let needed = needs(&subject);
                    let list = (!needed.is_empty()).then(|| {
                        lists.iter().position(|list| *list == needed).unwrap_or_else(|| {
                            lists.push(needed);
                            lists.len() - 1
                        })
                    });
                    known.insert(subject.applied.clone(), list);
                    list
                }
            };
            if let Some(list) = list {
                let from = subject.applied.pop();
                tenants.push(TenantPlan {
                    id: subject.id,
                    slug: subject.slug,
                    schema: subject.schema,
                    from,
                    list,
                });
            }
        }
        Self { lists, waves: waves(tenants, policy) }
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.waves.is_empty()
    }

    /// How many tenants have something to do.
    pub fn len(&self) -> usize {
        self.waves.iter().map(|wave| wave.tenants.len()).sum()
    }

    /// The tenants with something to do, in the order of their waves.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantPlan> {
        self.waves.iter().flat_map(|wave| &wave.tenants)
    }

    /// The migrations that a tenant of this plan needs, in the order in which they run; never empty.
    pub fn needed_by(&self, tenant: &TenantPlan) -> &[Migration] {
        &self.lists[tenant.list]
    }

    /// The number of migrations to run over all tenants.
    pub fn steps(&self) -> usize {
        self.tenants().map(|tenant| self.needed_by(tenant).len()).sum()
    }
}
