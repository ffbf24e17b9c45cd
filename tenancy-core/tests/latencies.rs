//! What holds for any latencies: a histogram of constant size beside the exact answer.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::time::Duration;

use proptest::prelude::*;
use tenancy_core::fleet::{Latencies, Throttle};

/// From nothing to an hour, the short ones as often as the long ones.
fn latency() -> impl Strategy<Value = Duration> {
    let largest = Duration::from_secs(3_600).as_nanos() as u64;
    (0..42_u32, any::<u64>())
        .prop_map(move |(bits, noise)| Duration::from_nanos((((1_u64 << bits) - 1) & noise).min(largest)))
}

/// The smallest of them that `percent` of a hundred do not exceed.
fn exact(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

proptest! {
    #[test]
    fn a_percentile_is_never_too_low_and_at_most_a_thirty_second_part_too_high(
        latencies in prop::collection::vec(latency(), 1..600), percent in 0..=100_u8
    ) {
        let mut told = Latencies::default();
        latencies.iter().for_each(|latency| told.record(*latency, Duration::ZERO));
        let mut sorted = latencies;
        sorted.sort();
        let exact = exact(&sorted, usize::from(percent));
        let found = told.percentile(percent).unwrap();
        prop_assert!(found >= exact, "{found:?} for {exact:?}");
        prop_assert!(found <= exact + exact / 32 + Duration::from_micros(1), "{found:?} for {exact:?}");
        let summary = told.summary();
        prop_assert_eq!((summary.count, summary.max), (sorted.len() as u64, *sorted.last().unwrap()));
        prop_assert!(summary.p50 <= summary.p99 && summary.p99 <= summary.max);
    }

    #[test]
    fn the_recent_percentile_is_the_exact_one_of_the_last_256(
        latencies in prop::collection::vec(latency(), 0..900)
    ) {
        let mut told = Latencies::default();
        latencies.iter().for_each(|latency| told.record(*latency, Duration::ZERO));
        let mut last = latencies[latencies.len().saturating_sub(Latencies::RECENT)..].to_vec();
        last.sort();
        let expected = (last.len() >= Latencies::ENOUGH).then(|| exact(&last, 99));
        prop_assert_eq!(told.recent_p99(), expected);
    }

    #[test]
    fn probes_that_were_held_up_count_once_for_each_period(took in 0..5_000_u64, every in 1..100_u64) {
        let mut told = Latencies::default();
        told.record(Duration::from_millis(took), Duration::from_millis(every));
        prop_assert_eq!(told.summary().count, (took / every).max(1));
        prop_assert_eq!(told.summary().max, Duration::from_millis(took));
    }

    #[test]
    fn a_throttle_never_holds_a_run_up_for_longer_than_its_patience(
        limit in 0..100_u64, steps in prop::collection::vec((1..20_000_u64, prop::option::of(0..200_u64)), 1..200)
    ) {
        let mut throttle = Throttle::new(Duration::from_millis(limit));
        let (mut now, mut held) = (Duration::ZERO, None);
        for (later, p99) in steps {
            now += Duration::from_millis(later);
            let p99 = p99.map(Duration::from_millis);
            if throttle.may_begin(now, p99) {
                held = None;
            } else {
                prop_assert!(p99.is_some_and(|p99| p99 >= Duration::from_millis(limit) * 4 / 5));
                let since = *held.get_or_insert(now);
                prop_assert!(now - since < Throttle::PATIENCE);
            }
            prop_assert!(throttle.waited(now) <= now);
        }
    }
}
