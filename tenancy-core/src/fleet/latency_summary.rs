use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The latencies of a run in short; in milliseconds when it is serialized, as in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencySummary {
    /// How many were measured; the others are zero when none was.
    pub count: u64,
    /// The median.
    #[serde(rename = "p50_ms", with = "milliseconds")]
    pub p50: Duration,
    /// What 99 of a hundred took at most.
    #[serde(rename = "p99_ms", with = "milliseconds")]
    pub p99: Duration,
    /// The longest.
    #[serde(rename = "max_ms", with = "milliseconds")]
    pub max: Duration,
}

/// With three decimals: microseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(value.as_micros() as f64 / 1e3)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let micros = (f64::deserialize(deserializer)? * 1e3).round();
        Duration::try_from_secs_f64(micros / 1e6).map_err(de::Error::custom)
    }
}

/// `p50 0.06 ms, p99 1.25 ms, at most 12.00 ms`.
impl fmt::Display for LatencySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("not measured");
        }
        let [p50, p99, max] = [self.p50, self.p99, self.max].map(|took| took.as_secs_f64() * 1e3);
        write!(f, "p50 {p50:.2} ms, p99 {p99:.2} ms, at most {max:.2} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_milliseconds() {
        let summary = LatencySummary {
            count: 3,
            p50: Duration::from_nanos(61_500),
            p99: Duration::from_micros(1_250),
            max: Duration::from_millis(12),
        };
        let json = r#"{"count":3,"p50_ms":0.061,"p99_ms":1.25,"max_ms":12.0}"#;
        assert_eq!(serde_json::to_string(&summary).unwrap(), json);
        let read: LatencySummary = serde_json::from_str(json).unwrap();
        assert_eq!(read, LatencySummary { p50: Duration::from_micros(61), ..summary });
        serde_json::from_str::<LatencySummary>(&json.replace("1.25", "-1.25")).unwrap_err();
        assert_eq!(summary.to_string(), "p50 0.06 ms, p99 1.25 ms, at most 12.00 ms");
        assert_eq!(LatencySummary::default().to_string(), "not measured");
    }
}
