use std::time::Duration;

/// How many durations of which length, in constant memory: below 64 µs to the microsecond, above to a thirty-second part.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    buckets: Box<[u64]>,
    count: u64,
    max: Duration,
}

/// Below this, in microseconds, each has a bucket of its own.
const EXACT: u64 = 64;
/// So many buckets from one power of two to the next.
const PARTS: u64 = 32;
/// Powers of two from [`EXACT`] up to that of the last bucket, which takes whatever is longer (71 minutes).
const OCTAVES: u64 = 26;

impl Histogram {
    pub(super) fn new() -> Self {
        let size = EXACT + OCTAVES * PARTS;
        Self { buckets: vec![0; size as usize].into(), count: 0, max: Duration::ZERO }
    }

    pub(super) fn record(&mut self, took: Duration) {
        let last = self.buckets.len() - 1;
        self.buckets[bucket(took).min(last)] += 1;
        self.count += 1;
        self.max = self.max.max(took);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn max(&self) -> Duration {
        self.max
    }

    /// What `percent` of a hundred took at most: the upper end of the bucket that the exact one is in.
    pub(super) fn percentile(&self, percent: u8) -> Option<Duration> {
        let rank = rank(self.count, percent)?;
        let mut seen = 0;
        let found = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        let is_last = found + 1 == self.buckets.len();
        Some(if is_last { self.max } else { end(found as u64).min(self.max) })
    }
}

/// Which of `count` in order has `percent` of a hundred at or before it, counted from 1.
pub(super) fn rank(count: u64, percent: u8) -> Option<u64> {
    let rank = (u128::from(count) * u128::from(percent.min(100))).div_ceil(100).max(1) as u64;
    (count > 0).then_some(rank)
}

fn bucket(took: Duration) -> usize {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if micros < EXACT {
        return micros as usize;
    }
    let octave = u64::from(micros.ilog2() - EXACT.ilog2());
    // Its highest bits: from PARTS to twice as many.
    let part = micros >> (octave + 1);
    (EXACT + octave * PARTS + part - PARTS) as usize
}

/// Where a bucket ends.
fn end(bucket: u64) -> Duration {
    if bucket < EXACT {
        return Duration::from_micros(bucket + 1);
    }
    let (octave, part) = ((bucket - EXACT) / PARTS, (bucket - EXACT) % PARTS + PARTS);
    Duration::from_micros((part + 1) << (octave + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let mut last = 0;
        for micros in (0..10_000).chain((0..500).map(|n| 10_000 * (n + 1))) {
            let took = Duration::from_micros(micros);
            let at = bucket(took);
            assert!(at >= last && end(at as u64) > took, "{micros} µs");
            assert!(at == 0 || end(at as u64 - 1) <= took, "{micros} µs");
            last = at;
        }
    }

    #[test]
    fn what_is_longer_than_the_last_bucket_is_not_told_shorter() {
        let mut histogram = Histogram::new();
        histogram.record(Duration::from_secs(86_400));
        assert_eq!(histogram.percentile(50), Some(Duration::from_secs(86_400)));
    }
}
