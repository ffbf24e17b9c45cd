use std::time::Duration;

use tenancy_core::fleet::{Migration, TenantPlan};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;

use super::TenantReport;

/// A tenant on its way through a run.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) id: TenantId,
    /// What it is called, as far as is known: it may be renamed meanwhile.
    pub(super) slug: TenantSlug,
    pub(super) schema: SchemaName,
    /// What it needs, in order.
    pub(super) needs: &'a [Migration],
    /// How many of those are done.
    pub(super) done: usize,
    /// Which of those were done by this run, and not found done.
    ours: Vec<String>,
    /// How often the next of them was tried in vain because somebody was in the way.
    pub(super) attempts: u32,
    pub(super) took: Duration,
}

impl<'a> Member<'a> {
    pub(super) fn new(plan: &'a TenantPlan, needs: &'a [Migration]) -> Self {
        Self {
            id: plan.id,
            slug: plan.slug.clone(),
            schema: plan.schema.clone(),
            needs,
            done: 0,
            ours: Vec::new(),
            attempts: 0,
            took: Duration::ZERO,
        }
    }

    /// What is next.
    pub(super) fn next(&self) -> Option<&'a Migration> {
        self.needs.get(self.done)
    }

    /// Whether the next one is the last.
    pub(super) fn is_last(&self) -> bool {
        self.done + 1 == self.needs.len()
    }

    /// The next one is done, by us or by somebody else.
    pub(super) fn advance(&mut self, by_us: bool, took: Duration) {
        if by_us {
            self.ours.extend(self.next().map(|migration| migration.name.clone()));
        }
        self.done += 1;
        self.attempts = 0;
        self.took += took;
    }

    /// How it ended.
    pub(super) fn report(self, error: Option<String>) -> TenantReport {
        TenantReport {
            slug: self.slug,
            schema: self.schema,
            done: self.ours,
            error,
            attempts: self.attempts + 1,
            took: self.took,
        }
    }
}
