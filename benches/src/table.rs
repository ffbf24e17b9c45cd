//! Figures as a Markdown table.

use crate::measure::Figure;

/// A table: what was measured, beside what cannot be beaten.
pub(crate) struct Table {
    title: String,
    rows: Vec<Row>,
}

struct Row {
    what: &'static str,
    seconds: f64,
    quiet: f64,
    limit: f64,
    /// The limit's fastest tenth.
    quiet_limit: f64,
    trips: Option<f64>,
}

impl Table {
    /// Each figure beside the figure called `limit`.
    pub(crate) fn new(title: impl Into<String>, figures: &[Figure], limit: &str) -> Self {
        let limit = figures.iter().find(|figure| figure.what == limit);
        let (limit, quiet_limit) = limit.map_or((f64::NAN, f64::NAN), |figure| (figure.median, figure.quiet));
        let row = |figure: &Figure| Row {
            what: figure.what,
            seconds: figure.median,
            quiet: figure.quiet,
            limit,
            quiet_limit,
            trips: None,
        };
        let rows = figures.iter().map(row).collect();
        Self { title: title.into(), rows }
    }

    /// Adds the round trips of those figures that were counted.
    #[must_use]
    pub(crate) fn with_trips(mut self, trips: &[Figure]) -> Self {
        for row in &mut self.rows {
            row.trips = median_of(trips, row.what);
        }
        self
    }

    /// Divides everything by the number of things that were done in one lap.
    #[must_use]
    pub(crate) fn per(mut self, things: usize) -> Self {
        let things = things as f64;
        for row in &mut self.rows {
            row.seconds /= things;
            row.quiet /= things;
            row.limit /= things;
            row.quiet_limit /= things;
            row.trips = row.trips.map(|trips| trips / things);
        }
        self
    }

    /// Prints it.
    #[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
    pub(crate) fn print(&self) {
        println!("\n### {}\n", self.title);
        println!("| what | median | limit | ratio | fastest tenth | ratio | round trips |");
        println!("|---|---:|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            let trips = row.trips.map_or_else(|| "-".to_owned(), round);
            let [median, quiet, limit] = [row.seconds, row.quiet, row.limit].map(duration);
            let (ratio, quiet_ratio) = (row.seconds / row.limit, row.quiet / row.quiet_limit);
            let what = row.what;
            println!("| {what} | {median} | {limit} | {ratio:.2} | {quiet} | {quiet_ratio:.2} | {trips} |");
        }
    }
}

fn median_of(figures: &[Figure], what: &str) -> Option<f64> {
    figures.iter().find(|figure| figure.what == what).map(|figure| figure.median)
}

/// Whole numbers without a fraction.
fn round(number: f64) -> String {
    if (number - number.round()).abs() < 0.05 { format!("{number:.0}") } else { format!("{number:.1}") }
}

/// Three significant digits.
pub(crate) fn duration(seconds: f64) -> String {
    let (number, unit) = match seconds {
        ..0.001 => (seconds * 1e6, "µs"),
        0.001..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    match number {
        ..10.0 => format!("{number:.2} {unit}"),
        10.0..100.0 => format!("{number:.1} {unit}"),
        _ => format!("{number:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_their_unit() {
        assert_eq!(duration(0.000_097_3), "97.3 µs");
        assert_eq!(duration(0.005_678), "5.68 ms");
        assert_eq!(duration(1.5), "1.50 s");
        assert_eq!(duration(0.250), "250 ms");
    }
}
