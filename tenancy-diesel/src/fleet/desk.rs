use std::time::Instant;

use tenancy_core::fleet::{RunState, RunnerName};

use crate::connection::ControlConnection;
use crate::ledger::Hold;

/// What a run works with once it is in the ledger.
pub(super) struct Desk {
    /// The session that holds the run's locks, and writes what belongs to no tenant's transaction.
    pub(super) captain: ControlConnection,
    pub(super) hold: Hold,
    /// What the run's sessions are called.
    pub(super) name: RunnerName,
    /// How many tenants are to be done.
    pub(super) total: usize,
    /// How many the run is about, if it is resumed.
    pub(super) enrolled: usize,
    pub(super) failed: usize,
    /// How many waves the ledger has.
    pub(super) waves: usize,
    /// When it was asked for the last time whether somebody wants the run to pause.
    pub(super) looked: Instant,
    /// How it ends, if before its time, and why.
    pub(super) ending: Option<(RunState, String)>,
}

impl Desk {
    pub(super) fn new(captain: ControlConnection, hold: Hold, host: &str) -> Self {
        Self {
            captain,
            hold,
            name: RunnerName::new(hold.id, host),
            total: 0,
            enrolled: 0,
            failed: 0,
            waves: 0,
            looked: Instant::now(),
            ending: None,
        }
    }

    /// Nothing new is begun from here on; the first reason counts.
    pub(super) fn end(&mut self, state: RunState, reason: String) {
        self.ending.get_or_insert((state, reason));
    }
}
