//! Several workers on one piece of work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::Error;

/// How often whoever set the crew to work looks after other things.
const TICK: Duration = Duration::from_millis(500);

/// What all workers share.
#[derive(Debug, Default)]
pub(crate) struct Shift {
    over: AtomicBool,
    because: Mutex<Option<Error>>,
}

impl Shift {
    /// Nothing new is to be begun.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether nothing new is to be begun.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The same for an error that everybody would meet; the first is kept.
    fn fail(&self, error: Error) {
        self.end();
        self.because.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// What one worker has.
#[derive(Debug)]
pub(crate) struct Post<'a, M> {
    /// Which of the workers it is, from 1.
    pub(crate) nth: usize,
    /// What it shares with the others.
    pub(crate) shift: &'a Shift,
    messages: Sender<M>,
}

impl<M> Post<'_, M> {
    /// Tells whoever set the crew to work; never blocks.
    pub(crate) fn tell(&self, message: M) {
        // The receiver outlives every worker.
        let _ = self.messages.send(message);
    }
}

/// Sets `workers` threads to work and waits for all of them. `heard` is called on this thread with what they tell, and now
/// and then with nothing. An error of one of them ends the shift, and is returned when all have come home.
///
/// # Panics
///
/// When a worker does.
pub(crate) fn work<M: Send>(
    workers: usize,
    worker: impl Fn(&Post<'_, M>) -> Result<(), Error> + Sync,
    heard: &mut dyn FnMut(Option<M>, &Shift),
) -> Result<(), Error> {
    let shift = Shift::default();
    let (messages, inbox) = mpsc::channel();
    thread::scope(|scope| {
        for nth in 1..=workers.max(1) {
            let post = Post { nth, shift: &shift, messages: messages.clone() };
            let worker = &worker;
            scope.spawn(move || {
                let _all = EndedByPanic(post.shift);
                if let Err(error) = worker(&post) {
                    post.shift.fail(error);
                }
            });
        }
        // The messages end when the last worker leaves its post.
        drop(messages);
        let _all = EndedByPanic(&shift);
        loop {
            match inbox.recv_timeout(TICK) {
                Ok(message) => heard(Some(message), &shift),
                Err(RecvTimeoutError::Timeout) => heard(None, &shift),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    match shift.because.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Whoever panics ends the shift of all.
struct EndedByPanic<'a>(&'a Shift);

impl Drop for EndedByPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn everything_that_was_told_is_heard() {
        let next = AtomicUsize::new(0);
        let mut heard = Vec::new();
        let result = work(
            3,
            |post| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= 100 {
                        return Ok(());
                    }
                    post.tell(number);
                }
            },
            &mut |message, _| heard.extend(message),
        );
        heard.sort_unstable();
        assert!(result.is_ok());
        assert_eq!(heard, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_of_one_ends_the_shift_of_all() {
        let result = work(
            2,
            |post| {
                if post.nth == 1 {
                    return Err(Error::NotInitialized);
                }
                while !post.shift.is_over() {
                    thread::yield_now();
                }
                post.tell(());
                Ok(())
            },
            &mut |_, _| {},
        );
        assert!(matches!(result, Err(Error::NotInitialized)));
    }

    #[test]
    fn a_worker_that_panics_leaves_nobody_waiting() {
        let outcome = std::panic::catch_unwind(|| {
            let _ = work::<()>(
                2,
                |post| if post.nth == 1 { panic!("on purpose") } else { Ok(()) },
                &mut |_, _| {},
            );
        });
        assert!(outcome.is_err());
    }
}
