use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ErrorBudget;
use crate::name::TenantSlug;

/// How a run over the fleet goes about it: plain data, which the ledger keeps so that a run can be resumed as it was
/// begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Only these tenants; all when empty.
    pub only: Vec<TenantSlug>,
    /// Who goes first.
    pub canaries: Canaries,
    /// Whether the run is paused when the canaries are done, so that somebody can look.
    pub pause_after_canaries: bool,
    /// How many tenants make a wave; all in one when `None`. A wave is finished before the next is begun.
    pub wave_size: Option<usize>,
    /// How many failures end the run.
    pub budget: ErrorBudget,
    /// How many transactions at a time, each on a connection of its own; what the runner thinks best when `None`.
    pub jobs: Option<usize>,
    /// The most tenants in one transaction, at least 1. Fewer where they take long or the server's lock table is small.
    pub group: usize,
    /// How long a statement waits for a lock, in milliseconds; a group waits a tenth of it at most.
    #[serde(rename = "lock_timeout_ms", with = "milliseconds")]
    pub lock_timeout: Duration,
    /// How long one statement may take, in milliseconds; as long as it wants when `None`.
    #[serde(rename = "statement_timeout_ms", with = "milliseconds_option")]
    pub statement_timeout: Option<Duration>,
    /// How often a tenant is tried that could not be locked, at least 1.
    pub attempts: u32,
    /// The most tenants per second.
    pub max_rate: Option<f64>,
    /// Nothing new is begun while the 99th percentile of the latency of other sessions is above this, in milliseconds.
    #[serde(rename = "pause_when_p99_ms", with = "milliseconds_option")]
    pub pause_when_p99: Option<Duration>,
}

/// Who goes first. When one of them fails, nobody else is touched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Canaries {
    /// Nobody.
    #[default]
    None,
    /// So many, spread over the fleet and over what its tenants lack.
    Count(usize),
    /// These.
    Named(Vec<TenantSlug>),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            canaries: Canaries::None,
            pause_after_canaries: false,
            wave_size: None,
            budget: ErrorBudget::default(),
            jobs: None,
            group: 50,
            lock_timeout: Duration::from_secs(2),
            statement_timeout: None,
            attempts: 5,
            max_rate: None,
            pause_when_p99: None,
        }
    }
}

/// Durations as whole milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// The same where there may be none.
mod milliseconds_option {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|value| u64::try_from(value.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_back_as_it_was_written() {
        let policy = Policy {
            only: vec!["acme".parse().unwrap()],
            canaries: Canaries::Count(3),
            wave_size: Some(100),
            budget: ErrorBudget { failures: Some(5), percent: Some(2.5) },
            statement_timeout: Some(Duration::from_millis(1_500)),
            max_rate: Some(12.5),
            ..Policy::default()
        };
        let text = serde_json::to_string(&policy).unwrap();
        assert!(text.contains("\"lock_timeout_ms\":2000"), "{text}");
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }

    #[test]
    fn what_an_older_version_did_not_know_has_its_default() {
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    }
}
