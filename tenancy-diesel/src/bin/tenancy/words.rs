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
    }
}
