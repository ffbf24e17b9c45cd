//! Chance that can be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

/// A small generator (xorshift64*): what it decides is random, and the same again from the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// From the environment variable, or from the clock; says which seed it is.
    #[expect(clippy::print_stderr, reason = "a failure is repeated with it")]
    pub(crate) fn seeded_by(variable: &str) -> Self {
        let given = std::env::var(variable).ok().and_then(|seed| seed.parse().ok());
        let seed = given
            .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64 | 1);
        eprintln!("{variable}={seed}");
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }
}
