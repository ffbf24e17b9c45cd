use std::time::Duration;

use super::LatencySummary;
use super::histogram::{Histogram, rank};

/// What other sessions of the database feel while a run goes on, told by probes: the last ones, which a
/// [`Throttle`](super::Throttle) goes by, and all of them, for the report. Constant memory, however long the run.
#[derive(Debug, Clone)]
pub struct Latencies {
    whole: Histogram,
    recent: Vec<Duration>,
    /// Where the next one goes when `recent` is full.
    next: usize,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { whole: Histogram::new(), recent: Vec::with_capacity(Self::RECENT), next: 0 }
    }
}

impl Latencies {
    /// How many of the last ones are kept.
    pub const RECENT: usize = 256;
    /// How many are needed to speak of a percentile.
    pub const ENOUGH: usize = 20;

    /// A probe took so long, and the next would have been sent `every` so often: those that it held up count too, each
    /// with what it would have had to wait. Otherwise a standstill of a second were one slow probe among thousands.
    pub fn record(&mut self, took: Duration, every: Duration) {
        self.add(took);
        if every.is_zero() {
            return;
        }
        let mut left = took.saturating_sub(every);
        while left >= every {
            self.add(left);
            left -= every;
        }
    }

    fn add(&mut self, took: Duration) {
        self.whole.record(took);
        if self.recent.len() < Self::RECENT {
            self.recent.push(took);
        } else {
            self.recent[self.next] = took;
            self.next = (self.next + 1) % Self::RECENT;
        }
    }

    /// The last ones say nothing any more: nobody measures.
    pub fn forget_recent(&mut self) {
        self.recent.clear();
        self.next = 0;
    }

    /// What 99 of a hundred of the last ones took at most; `None` when there are not enough of them.
    pub fn recent_p99(&self) -> Option<Duration> {
        if self.recent.len() < Self::ENOUGH {
            return None;
        }
        let mut sorted = self.recent.clone();
        sorted.sort_unstable();
        let rank = rank(sorted.len() as u64, 99)?;
        sorted.get(rank as usize - 1).copied()
    }

    /// What `percent` of a hundred of all took at most. Up to a thirty-second part and a microsecond more than it was,
    /// never less.
    pub fn percentile(&self, percent: u8) -> Option<Duration> {
        self.whole.percentile(percent)
    }

    /// All of them in short.
    pub fn summary(&self) -> LatencySummary {
        LatencySummary {
            count: self.whole.count(),
            p50: self.percentile(50).unwrap_or_default(),
            p99: self.percentile(99).unwrap_or_default(),
            max: self.whole.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(10);

    #[test]
    fn a_standstill_counts_for_all_whom_it_held_up() {
        let mut latencies = Latencies::default();
        latencies.record(Duration::from_millis(45), EVERY);
        assert_eq!(latencies.summary().count, 4, "45, 35, 25 and 15 ms");
        assert_eq!(latencies.percentile(1), Some(Duration::from_micros(15_104)));
        assert_eq!(latencies.summary().max, Duration::from_millis(45));
    }

    #[test]
    fn a_few_probes_say_nothing() {
        let mut latencies = Latencies::default();
        for _ in 1..Latencies::ENOUGH {
            latencies.record(Duration::from_millis(1), EVERY);
        }
        assert_eq!(latencies.recent_p99(), None);
        latencies.record(Duration::from_millis(2), EVERY);
        assert_eq!(latencies.recent_p99(), Some(Duration::from_millis(2)));
        latencies.forget_recent();
        assert_eq!((latencies.recent_p99(), latencies.summary().count), (None, Latencies::ENOUGH as u64));
    }

    #[test]
    fn nothing_measured_is_nothing() {
        assert_eq!(Latencies::default().summary(), LatencySummary::default());
    }
}
