use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

/// How many spares are kept, and who keeps them.
#[derive(Debug)]
pub(crate) struct Refill {
    keep: usize,
    /// To the thread that makes them. It ends when this is dropped.
    thread: Mutex<Option<SyncSender<()>>>,
}

impl Refill {
    pub(super) fn keeping(keep: usize) -> Self {
        Self { keep, thread: Mutex::new(None) }
    }

    /// How many spares are kept.
    pub(crate) fn keep(&self) -> usize {
        self.keep
    }

    /// Says who is to be woken; the channel holds one message.
    pub(crate) fn wakes(&self, thread: SyncSender<()>) {
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }

    /// Some spares may be missing. Never blocks: a message that is on its way already will do.
    pub(crate) fn wake(&self) {
        if let Some(thread) = &*self.thread.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = thread.try_send(());
        }
    }
}
