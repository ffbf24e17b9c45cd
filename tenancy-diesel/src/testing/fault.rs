use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A panic in the middle of an operation.
    Panic,
    /// An operation's future is dropped before it is done, as when a client goes away.
    Cancellation,
    /// PostgreSQL ends a statement that runs, as `statement_timeout` does.
    Timeout,
    /// A backend is killed.
    Kill,
}

impl Fault {
    pub(super) const ALL: [Self; 4] = [Self::Panic, Self::Cancellation, Self::Timeout, Self::Kill];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "panics",
            Self::Cancellation => "cancellations",
            Self::Timeout => "timeouts",
            Self::Kill => "killed backends",
        })
    }
}

/// How often each fault occurred.
#[derive(Debug, Default)]
pub(super) struct Tally([AtomicU64; 4]);

impl Tally {
    pub(super) fn add(&self, fault: Fault, times: u64) {
        self.0[fault as usize].fetch_add(times, Ordering::Relaxed);
    }

    pub(super) fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize].load(Ordering::Relaxed)
    }
}
