use std::time::Duration;

/// Keeps a run from being felt: nothing new is begun while other sessions' 99th percentile is above a limit. Times are
/// counted from the run's start.
///
/// A run always makes progress: after half a minute of waiting, one group may begin in spite of it, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    limit: Duration,
    /// Since when it waits, or since the last group that was let through nevertheless.
    pausing: Option<Duration>,
    waited: Duration,
    pauses: u32,
}

impl Throttle {
    /// How long it waits at most.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Pauses above `limit`, and goes on below four fifths of it.
    pub fn new(limit: Duration) -> Self {
        Self { limit, pausing: None, waited: Duration::ZERO, pauses: 0 }
    }

    /// Whether a group may begin at `now`, as `p99` was in the last seconds; `None`: nobody knows, which stops nobody.
    /// Asked before each group, and again and again while the answer is no.
    pub fn may_begin(&mut self, now: Duration, p99: Option<Duration>) -> bool {
        let Some(since) = self.pausing else {
            if p99.is_none_or(|p99| p99 <= self.limit) {
                return true;
            }
            self.pausing = Some(now);
            self.pauses += 1;
            return false;
        };
        let waited = now.saturating_sub(since);
        if p99.is_none_or(|p99| p99 < self.limit * 4 / 5) {
            self.pausing = None;
        } else if waited >= Self::PATIENCE {
            self.pausing = Some(now);
        } else {
            return false;
        }
        self.waited += waited;
        true
    }

    /// Whether it waits.
    pub fn is_pausing(&self) -> bool {
        self.pausing.is_some()
    }

    /// How often it began to wait.
    pub fn pauses(&self) -> u32 {
        self.pauses
    }

    /// How long it waited until `now`, in all.
    pub fn waited(&self, now: Duration) -> Duration {
        self.waited + self.pausing.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn it_pauses_above_the_limit_and_goes_on_well_below_it() {
        let mut throttle = Throttle::new(ms(10));
        assert!(throttle.may_begin(ms(0), None), "not known yet");
        assert!(throttle.may_begin(ms(100), Some(ms(10))), "at the limit");
        assert!(!throttle.may_begin(ms(200), Some(ms(11))));
        assert!(!throttle.may_begin(ms(300), Some(ms(9))), "below the limit, but not well below");
        assert!(!throttle.may_begin(ms(400), Some(ms(8))));
        assert!(throttle.is_pausing() && throttle.waited(ms(400)) == ms(200));
        assert!(throttle.may_begin(ms(500), Some(ms(7))));
        assert!(throttle.may_begin(ms(600), Some(ms(9))), "it goes on until the limit is passed again");
        assert!(!throttle.is_pausing());
        assert_eq!((throttle.pauses(), throttle.waited(ms(600))), (1, ms(300)));
    }

    #[test]
    fn after_half_a_minute_one_group_may_begin_and_the_next_waits_again() {
        let mut throttle = Throttle::new(ms(10));
        assert!(!throttle.may_begin(ms(0), Some(ms(50))));
        assert!(!throttle.may_begin(ms(29_999), Some(ms(50))));
        assert!(throttle.may_begin(ms(30_000), Some(ms(50))));
        assert!(!throttle.may_begin(ms(30_000), Some(ms(50))), "one group at a time");
        assert!(throttle.is_pausing());
        assert!(!throttle.may_begin(ms(59_999), Some(ms(50))));
        assert!(throttle.may_begin(ms(60_000), Some(ms(50))));
        assert_eq!((throttle.pauses(), throttle.waited(ms(60_000))), (1, ms(60_000)));
    }

    #[test]
    fn when_nobody_measures_any_more_the_run_goes_on() {
        let mut throttle = Throttle::new(ms(10));
        assert!(!throttle.may_begin(ms(0), Some(ms(50))));
        assert!(throttle.may_begin(ms(10), None));
        assert!(!throttle.is_pausing());
    }

    #[test]
    fn a_clock_that_stands_still_harms_nothing() {
        let mut throttle = Throttle::new(ms(10));
        assert!(!throttle.may_begin(ms(500), Some(ms(50))));
        assert!(!throttle.may_begin(ms(0), Some(ms(50))));
        assert_eq!(throttle.waited(ms(0)), Duration::ZERO);
    }
}
