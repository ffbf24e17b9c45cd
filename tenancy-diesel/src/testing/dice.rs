use std::hash::{BuildHasher as _, RandomState};

/// A small generator (xorshift64*): what is chosen is random and can be repeated from its seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of `stream`, one of many that a seed has.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        // Neighbouring streams must not begin alike, which takes more than the generator's own steps: SplitMix64.
        let mut state = seed ^ stream.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // Zero would stay zero.
        Self((state ^ (state >> 31)).max(1))
    }

    /// A number below `sides`; 0 when there are none.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or_default().checked_rem(sides).unwrap_or_default()
    }

    /// Whether this is the one time in `times`; never when that is 0.
    pub(super) fn once_in(&mut self, times: u32) -> bool {
        times > 0 && self.roll(times as usize) == 0
    }

    /// Puts `items` into an order of its own.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}

/// A number that nobody else has; the standard library's hash maps get theirs from the operating system.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_streams_differ() {
        let rolls = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..20).map(|_| dice.roll(1000)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7, 1), rolls(7, 1));
        assert_ne!(rolls(7, 1), rolls(7, 2));
        assert_ne!(rolls(7, 1), rolls(8, 1));
        assert!(rolls(0, 0).iter().any(|roll| *roll != 0), "zero is a seed too");
    }

    #[test]
    fn the_first_rolls_of_neighbouring_streams_are_fair() {
        for seed in [0, 1, 7, u64::MAX, 3_358_927_651_792_004_115] {
            let hits = (0..10_000).filter(|stream| Dice::new(seed, *stream).once_in(20)).count();
            assert!((350..650).contains(&hits), "{hits} of 500 with seed {seed}");
        }
    }

    #[test]
    fn no_sides_and_no_times_are_no_panic() {
        let mut dice = Dice::new(1, 1);
        assert_eq!(dice.roll(0), 0);
        assert!(!dice.once_in(0));
    }
}
