use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tenancy_core::fleet::{Direction, Policy, RunId, RunState};

use super::{Hold, RunCounts};

/// A run over the fleet, as it is on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunRecord {
    /// Its number.
    pub id: RunId,
    /// Which way.
    pub direction: Direction,
    /// Where it goes. Up: every version that there was when it began. Down: those that are reverted.
    pub versions: Vec<String>,
    /// How it goes about it.
    pub policy: Policy,
    /// How it stands. One that says that it is running may be dead: see [`is_interrupted`](Self::is_interrupted).
    pub state: RunState,
    /// Whether a process works on it: it says that it is running, and its lock is held.
    pub alive: bool,
    /// Whether somebody asked it to pause.
    pub pause_requested: bool,
    /// Why it ended as it did.
    pub reason: Option<String>,
    /// The names of the template's migrations that were applied, or reverted.
    pub template: Vec<String>,
    /// Who began it: user@host.
    pub started_by: String,
    /// Where it runs, or ran last: host and process.
    pub runner: String,
    /// How often it was begun: 1, and one more for each time that it was resumed.
    pub attempt: i32,
    /// When it was begun first.
    pub started_at: DateTime<Utc>,
    /// When it ended or was paused.
    pub ended_at: Option<DateTime<Utc>>,
    /// How its tenants stand.
    pub counts: RunCounts,
}

impl RunRecord {
    /// Whether its process died before it ended: it can be resumed.
    pub fn is_interrupted(&self) -> bool {
        self.state == RunState::Running && !self.alive
    }

    /// Whether it can be resumed: it is not over, and nobody works on it.
    pub fn is_resumable(&self) -> bool {
        self.is_interrupted() || matches!(self.state, RunState::Paused | RunState::Failed)
    }

    /// How it stands, in a word: that of its state, or `interrupted`.
    pub fn standing(&self) -> &'static str {
        if self.is_interrupted() { "interrupted" } else { self.state.as_str() }
    }

    /// The newest of the versions that it is about.
    pub fn target(&self) -> Option<&str> {
        self.versions.iter().map(String::as_str).max()
    }

    /// From its begin to its end, pauses included; so far, if it is under way. Unknown when its process died.
    pub fn took(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        match self.ended_at {
            Some(ended) => Some(ended - self.started_at),
            None if self.alive => Some(now - self.started_at),
            None => None,
        }
    }

    /// What belongs to whoever opened or resumed it last.
    pub(crate) fn hold(&self) -> Hold {
        Hold { id: self.id, attempt: self.attempt }
    }
}
