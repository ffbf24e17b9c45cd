use std::sync::{Mutex, PoisonError};

use super::Reader;

/// One reader for many threads, which all profit from what one has learnt.
#[derive(Debug, Default)]
pub(crate) struct SharedReader(Mutex<Reader>);

impl SharedReader {
    /// The reader as it is by now.
    pub(crate) fn get(&self) -> Reader {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what `reader` has learnt.
    pub(crate) fn keep(&self, reader: Reader) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.knows_more_than(&kept) {
            *kept = reader;
        }
    }
}
