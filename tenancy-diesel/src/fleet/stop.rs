use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a run to pause, from any thread: what is in a transaction is finished, nothing new is begun, and the ledger says
/// that the run was paused. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// Asked for as soon as somebody sets `flag`: a signal handler, for example.
impl From<Arc<AtomicBool>> for Stop {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}

impl Stop {
    /// One that nobody asked for yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for it. Never blocks.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked for it.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
