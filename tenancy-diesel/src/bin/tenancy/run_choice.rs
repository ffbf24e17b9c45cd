//! Which run a command is about.

use std::str::FromStr;

use tenancy_diesel::core::fleet::RunId;
use tenancy_diesel::{RunRecord, Runs};

/// A number, or `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunChoice {
    /// The one that was begun last.
    Latest,
    /// The one of this number.
    Id(RunId),
}

impl FromStr for RunChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Self::Latest),
            _ => text.parse().map(Self::Id).map_err(|_| "a run's number, or `latest`".to_owned()),
        }
    }
}

impl RunChoice {
    /// Looks it up.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn find(self, runs: Runs<'_>) -> anyhow::Result<RunRecord> {
        match self {
            Self::Id(id) => Ok(runs.find(id)?),
            Self::Latest => runs
                .latest()?
                .ok_or_else(|| anyhow::anyhow!("there was no run yet: `tenancy migrate` begins one")),
        }
    }
}
