//! Numbers as people read them.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// `1 tenant`, `2 tenants`.
pub(crate) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// `85 ms`, `1.2 s`, `3 min 12 s`.
pub(crate) fn duration(took: Duration) -> String {
    match took.as_secs() {
        0 => format!("{} ms", took.as_millis()),
        1..=59 => format!("{:.1} s", took.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// The same to the second: `12 s`, `3 min 12 s`, `2 h 5 min`.
pub(crate) fn seconds(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3_599 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// To the second, in UTC.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A version, or a dash.
pub(crate) fn version(version: Option<&str>) -> &str {
    version.unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well_at_every_size() {
        let said = [85, 1_234, 192_000].map(|milliseconds| duration(Duration::from_millis(milliseconds)));
        assert_eq!(said, ["85 ms", "1.2 s", "3 min 12 s"]);
        let left = [0, 59, 192, 7_500].map(|left| seconds(Duration::from_secs(left)));
        assert_eq!(left, ["0 s", "59 s", "3 min 12 s", "2 h 5 min"]);
    }
}
