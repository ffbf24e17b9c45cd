use std::sync::{Condvar, Mutex, PoisonError};

/// Whose turn it is: checks run side by side, except one that strikes at every connection of the process.
static TURNS: Mutex<Turns> = Mutex::new(Turns { running: 0, alone: false });
static CHANGED: Condvar = Condvar::new();

struct Turns {
    running: usize,
    alone: bool,
}

/// The right to run; given back by the drop. Unlike a lock's guard it may change threads.
#[derive(Debug)]
pub(super) struct Turn {
    alone: bool,
}

impl Turn {
    /// Waits until it is our turn.
    pub(super) fn take(alone: bool) -> Self {
        let turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut turns = CHANGED
            .wait_while(turns, |turns| turns.alone || (alone && turns.running > 0))
            .unwrap_or_else(PoisonError::into_inner);
        turns.running += 1;
        turns.alone = alone;
        Self { alone }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        turns.running -= 1;
        if self.alone {
            turns.alone = false;
        }
        CHANGED.notify_all();
    }
}
