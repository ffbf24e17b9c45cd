use std::fmt;

use super::action::{Action, Duty};
use super::dice::random;
use super::fault_plan::FaultPlan;
use super::sentinels::Sentinels;
use crate::tenancy::Tenancy;

/// Drives a service for several tenants at once, while things go wrong, and finds out whether anything of one
/// reaches another. See the [module](super) for the whole story.
///
/// There are two kinds: `Interleaver::on_threads` drives closures on threads, `Interleaver::as_tasks` (feature
/// `tokio`) drives futures as tasks, and can drop them before they are done.
#[must_use = "nothing happens before `run`"]
pub struct Interleaver<B> {
    pub(super) tenancy: Tenancy,
    pub(super) sentinels: Sentinels,
    pub(super) url: String,
    pub(super) actions: Vec<Action<B>>,
    pub(super) faults: FaultPlan,
    pub(super) seed: u64,
    pub(super) operations: u64,
    pub(super) workers: usize,
    pub(super) ignored: Vec<String>,
}

impl<B> Interleaver<B> {
    pub(super) fn new(tenancy: &Tenancy, sentinels: &Sentinels, database_url: &str) -> Self {
        Self {
            tenancy: tenancy.clone(),
            sentinels: sentinels.clone(),
            url: database_url.to_owned(),
            actions: Vec::new(),
            faults: FaultPlan::default(),
            // Half of the range, so that it can be a signed number elsewhere.
            seed: from_environment("TENANCY_TESTING_SEED").unwrap_or_else(|| random() >> 1),
            operations: from_environment("TENANCY_TESTING_OPERATIONS").unwrap_or(1_000),
            workers: 8,
            ignored: Vec::new(),
        }
    }

    /// What goes wrong, how often; [`FaultPlan::default`] unless set.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// How many operations run while things go wrong; 1000 unless set. `TENANCY_TESTING_OPERATIONS` is stronger
    /// than both, for a longer run at night. Before and after, every action runs once for every sentinel.
    ///
    /// When planned faults have not occurred by then, the run goes on, for four times as many at most.
    pub fn operations(mut self, operations: u64) -> Self {
        self.operations = from_environment("TENANCY_TESTING_OPERATIONS").unwrap_or(operations);
        self
    }

    /// How many operations run at a time; 8 unless set. More than the service has connections: then every
    /// connection changes its tenant all the time.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Which random choices are made; random unless set, or `TENANCY_TESTING_SEED`, which only replaces the
    /// default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Does not search a table (`schema.table`) in which rows of several tenants stand on purpose. Nothing that
    /// leaks into it is found.
    pub fn danger_ignore_table(mut self, table: &str) -> Self {
        self.ignored.push(table.to_owned());
        self
    }

    /// The names of the actions so far; a service can see whether all its routes are among them.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.iter().map(|action| action.name.as_str())
    }

    pub(super) fn add(mut self, name: &str, duty: Duty, body: B) -> Self {
        self.actions.push(Action { name: name.to_owned(), duty, body });
        self
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.trim().parse().ok()
}

impl<B> fmt::Debug for Interleaver<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interleaver")
            .field("actions", &self.actions().collect::<Vec<_>>())
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
