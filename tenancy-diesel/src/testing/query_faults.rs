use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::injected;

/// The gusts that blow now, each on the connections of one URL.
static NOW: RwLock<Vec<Arc<Gusts>>> = RwLock::new(Vec::new());

thread_local! {
    /// Whether this thread is the kit's own.
    static SPARED: Cell<bool> = const { Cell::new(false) };
    /// The URL of the connection that was last heard of on this thread. Only the instrumentation that is there when
    /// a connection is made hears its URL; a session that starts anew gets another one, right after an event.
    static HEARD_OF: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Panics where Diesel sends a statement.
pub(super) struct Gusts {
    url: String,
    once_in: u32,
    seed: u64,
    queries: AtomicU64,
    tally: Arc<Tally>,
}

/// They blow as long as this lives.
pub(super) struct Blowing(Arc<Gusts>);

impl Gusts {
    pub(super) fn new(url: &str, once_in: u32, seed: u64, tally: Arc<Tally>) -> Self {
        Self { url: url.to_owned(), once_in, seed, queries: AtomicU64::new(0), tally }
    }

    /// Makes connections that are made from now on listen. A poisoned lock of Diesel's shows as panics that never
    /// occur.
    pub(super) fn listen() {
        let listener = || -> Option<Box<dyn Instrumentation>> {
            Some(Box::new(Listener { url: HEARD_OF.with_borrow(Clone::clone) }))
        };
        let _ = set_default_instrumentation(listener);
    }

    /// Lets them blow.
    pub(super) fn blow(self) -> Blowing {
        let gusts = Arc::new(self);
        NOW.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&gusts));
        Blowing(gusts)
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

impl Drop for Blowing {
    fn drop(&mut self) {
        NOW.write().unwrap_or_else(PoisonError::into_inner).retain(|gusts| !Arc::ptr_eq(gusts, &self.0));
    }
}

/// What each connection has.
struct Listener {
    url: Option<Arc<str>>,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartEstablishConnection { url, .. } = event {
            self.url = Some(url.into());
        }
        HEARD_OF.set(self.url.clone());
        if matches!(event, InstrumentationEvent::StartQuery { .. }) && may_panic() {
            let now = NOW.read().unwrap_or_else(PoisonError::into_inner);
            let gusts = now.iter().find(|gusts| self.url.as_deref() == Some(gusts.url.as_str())).cloned();
            // The lock is not held while a panic unwinds.
            drop(now);
            if let Some(gusts) = gusts {
                gusts.strike();
            }
        }
    }
}

/// Not on the threads that connect: a plain r2d2 pool does not survive a panic there. Not while another panic
/// unwinds: what runs then is somebody's drop.
fn may_panic() -> bool {
    !SPARED.get()
        && !thread::panicking()
        && !thread::current().name().is_some_and(|name| name.starts_with("r2d2"))
}
