use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a run over the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A word that is none of those it could be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no {1}")]
pub struct UnknownWord(String, &'static str);

/// Gives an enum its words, for the ledger and for people.
macro_rules! words {
    ($type:ident, $what:literal, $($variant:ident = $word:literal),+) => {
        impl $type {
            /// Its word in the ledger.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord(word.to_owned(), $what)),
                }
            }
        }
    };
}

/// Which way migrations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They are applied.
    Up,
    /// They are reverted.
    Down,
}

words!(Direction, "direction of a run", Up = "up", Down = "down");

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It is under way; or its process died, which the lock tells that every run holds.
    Running,
    /// Somebody paused it: it can be resumed.
    Paused,
    /// It ended with failures, or before it came to everybody: it can be resumed.
    Failed,
    /// Everything is done.
    Done,
    /// It was not finished, and a later run took its place.
    Superseded,
}

words!(
    RunState,
    "state of a run",
    Running = "running",
    Paused = "paused",
    Failed = "failed",
    Done = "done",
    Superseded = "superseded"
);

/// How one tenant of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// It is still to be done, or not wholly done.
    Pending,
    /// It is where the run was to bring it.
    Done,
    /// It failed, and stands where the last migration that succeeded left it.
    Failed,
    /// It was dropped before its turn came, or has no schema of its own any more.
    Gone,
}

words!(
    TenantState,
    "state of a tenant in a run",
    Pending = "pending",
    Done = "done",
    Failed = "failed",
    Gone = "gone"
);
