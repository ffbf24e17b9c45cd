use std::time::Duration;

/// Keeps a run below so many tenants per second. Times are counted from the run's start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pacer {
    /// Seconds per tenant.
    each: Option<f64>,
    /// When the next tenant may begin, in seconds.
    next: f64,
}

impl Pacer {
    /// At most `rate` tenants per second; as fast as it goes without one (or with one that is not positive).
    pub fn new(rate: Option<f64>) -> Self {
        Self { each: rate.filter(|rate| *rate > 0.0 && rate.is_finite()).map(|rate| 1.0 / rate), next: 0.0 }
    }

    /// The most tenants in a group, so that the rate holds over every second.
    pub fn largest_group(&self) -> usize {
        self.each.map_or(usize::MAX, |each| ((1.0 / each) as usize).max(1))
    }

    /// Books `tenants` at `now` and says how long to wait before they begin. What was not used before is lost: a pause is
    /// no reason to hurry.
    pub fn book(&mut self, now: Duration, tenants: usize) -> Duration {
        let Some(each) = self.each else { return Duration::ZERO };
        let now = now.as_secs_f64();
        let begin = self.next.max(now);
        self.next = begin + each * tenants as f64;
        Duration::try_from_secs_f64(begin - now).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_per_second_are_ten_per_second() {
        let mut pacer = Pacer::new(Some(10.0));
        assert_eq!(pacer.largest_group(), 10);
        assert_eq!(pacer.book(Duration::ZERO, 5), Duration::ZERO);
        assert_eq!(pacer.book(Duration::ZERO, 5), Duration::from_millis(500));
        assert_eq!(pacer.book(Duration::from_millis(900), 1), Duration::from_millis(100));
        assert_eq!(pacer.book(Duration::from_secs(60), 1), Duration::ZERO, "a pause is not made up for");
        assert_eq!(pacer.book(Duration::from_secs(60), 1), Duration::from_millis(100));
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut pacer = Pacer::new(rate);
            assert_eq!(
                (pacer.book(Duration::ZERO, 1_000), pacer.largest_group()),
                (Duration::ZERO, usize::MAX)
            );
        }
    }
}
