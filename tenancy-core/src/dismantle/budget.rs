/// How many locks one transaction may take on a server whose lock table all sessions share.
///
/// ```
/// # use tenancy_core::dismantle::LockBudget;
/// let budget = LockBudget::new(64, 100);
/// assert!(budget.fits(1_600) && !budget.fits(1_601));
/// assert_eq!(budget.remedy(12_100), 484);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockBudget {
    per_transaction: usize,
    transactions: usize,
}

impl LockBudget {
    /// The share of the table that one transaction may take: others work meanwhile.
    const SHARE: usize = 4;
    /// More than that at a time saves nothing worth the waiting of others.
    const LARGEST_BATCH: usize = 1_000;

    /// Of a server with these settings: `max_locks_per_transaction`, and `max_connections` with
    /// `max_prepared_transactions` added.
    pub fn new(max_locks_per_transaction: usize, max_transactions: usize) -> Self {
        Self { per_transaction: max_locks_per_transaction.max(1), transactions: max_transactions.max(1) }
    }

    /// How many locks there is room for, by PostgreSQL's documentation. (There is a little more.)
    pub fn slots(self) -> usize {
        self.per_transaction.saturating_mul(self.transactions)
    }

    /// Whether one transaction may take this many.
    pub fn fits(self, locks: usize) -> bool {
        locks <= self.slots() / Self::SHARE
    }

    /// How many locks one batch should take at most.
    pub fn batch(self) -> usize {
        (self.slots() / (2 * Self::SHARE)).clamp(1, Self::LARGEST_BATCH)
    }

    /// How many transactions that take `locks` each may run at a time without taking more than three quarters.
    pub fn at_once(self, locks: usize) -> usize {
        (self.slots() / 4 * 3 / locks.max(1)).max(1)
    }

    /// The `max_locks_per_transaction` with which a transaction that takes `locks` fits.
    pub fn remedy(self, locks: usize) -> usize {
        locks.saturating_mul(Self::SHARE).div_ceil(self.transactions).max(self.per_transaction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_remedy_says_is_enough() {
        for (locks, per, of) in [(12_100, 64, 100), (1, 10, 20), (5_000, 10, 3), (0, 64, 100)] {
            let remedy = LockBudget::new(per, of).remedy(locks);
            assert!(LockBudget::new(remedy, of).fits(locks), "{locks} {per} {of}: {remedy}");
        }
    }

    #[test]
    fn a_tiny_server_still_gets_batches_and_one_job() {
        assert_eq!(LockBudget::new(0, 0).batch(), 1);
        assert_eq!(LockBudget::new(10, 20).at_once(1_000_000), 1);
        assert_eq!(LockBudget::new(64, 100).at_once(1_200), 4);
    }
}
