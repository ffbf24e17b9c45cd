use std::time::Duration;

/// How long to wait before a tenant is tried again that could not be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff;

impl Backoff {
    const FIRST: Duration = Duration::from_millis(200);
    const MOST: Duration = Duration::from_secs(5);

    /// After `attempt` attempts (1 is the first) in vain; twice as long each time, and up to half of it less by `dice`, a
    /// number from 0 to 1, so that those who met once do not meet again.
    pub fn delay(attempt: u32, dice: f64) -> Duration {
        let whole = Self::FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(Self::MOST);
        whole.mul_f64(1.0 - dice.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_a_limit() {
        let delays: Vec<_> = (0..9).map(|attempt| Backoff::delay(attempt, 0.0).as_millis()).collect();
        assert_eq!(delays, [200, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
        assert_eq!(Backoff::delay(u32::MAX, 7.0), Duration::from_millis(2_500));
    }
}
