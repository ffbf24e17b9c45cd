use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::injected;

/// The gusts that blow now; one check at a time has some ([`super::turn`]).
static NOW: RwLock<Option<Arc<Gusts>>> = RwLock::new(None);

thread_local! {
    /// Whether this thread is the kit's own.
    static SPARED: Cell<bool> = const { Cell::new(false) };
}

/// Panics where Diesel sends a statement.
pub(super) struct Gusts {
    once_in: u32,
    seed: u64,
    queries: AtomicU64,
    tally: Arc<Tally>,
}

impl Gusts {
    pub(super) fn new(once_in: u32, seed: u64, tally: Arc<Tally>) -> Self {
        Self { once_in, seed, queries: AtomicU64::new(0), tally }
    }

    /// Makes connections that are made from now on listen. `false` when Diesel's lock is poisoned.
    pub(super) fn listen() -> bool {
        set_default_instrumentation(|| Some(Box::new(Listener))).is_ok()
    }

    /// Lets them blow, or ends that.
    pub(super) fn blow(gusts: Option<Self>) {
        *NOW.write().unwrap_or_else(PoisonError::into_inner) = gusts.map(Arc::new);
    }

    /// Runs `work` without any.
    pub(super) fn spare<T>(work: impl FnOnce() -> T) -> T {
        let before = SPARED.replace(true);
        let result = work();
        SPARED.set(before);
        result
    }

    fn strike(&self) {
        let query = self.queries.fetch_add(1, Ordering::Relaxed);
        if Dice::new(self.seed, query).once_in(self.once_in) {
            self.tally.add(Fault::Panic, 1);
            injected::panic();
        }
    }
}

/// What each connection has.
struct Listener;

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        // Not on the threads that connect: a plain r2d2 pool does not survive a panic there. Not while another
        // panic unwinds: what runs then is somebody's drop.
        if !matches!(event, InstrumentationEvent::StartQuery { .. })
            || SPARED.get()
            || thread::panicking()
            || thread::current().name().is_some_and(|name| name.starts_with("r2d2"))
        {
            return;
        }
        let gusts = NOW.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(gusts) = gusts {
            gusts.strike();
        }
    }
}
