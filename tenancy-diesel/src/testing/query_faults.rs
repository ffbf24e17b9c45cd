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
    /// Where this thread connected to at last. A pool replaces the instrumentation of a connection that it has just
    /// made, and the new one hears no more of the URL.
    static CONNECTED_TO: RefCell<String> = const { RefCell::new(String::new()) };
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
        let listener =
            || -> Option<Box<dyn Instrumentation>> { Some(Box::new(Listener { url: CONNECTED_TO.take() })) };
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
    url: String,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                url.clone_into(&mut self.url);
                CONNECTED_TO.replace(url.to_owned());
            }
            // Not on the threads that connect: a plain r2d2 pool does not survive a panic there. Not while another
            // panic unwinds: what runs then is somebody's drop.
            InstrumentationEvent::StartQuery { .. }
                if !SPARED.get()
                    && !thread::panicking()
                    && !thread::current().name().is_some_and(|name| name.starts_with("r2d2")) =>
            {
                let now = NOW.read().unwrap_or_else(PoisonError::into_inner);
                let gusts = now.iter().find(|gusts| gusts.url == self.url).cloned();
                // The lock is not held while a panic unwinds.
                drop(now);
                if let Some(gusts) = gusts {
                    gusts.strike();
                }
            }
            _ => {}
        }
    }
}
