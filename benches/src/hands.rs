//! Many hands.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, anyhow};

/// Shares `things` out among as many threads as there are `hands`, `at_once` at a time; each thread first makes its
/// `work` from its hand.
pub(crate) fn share_out<'h, H: Send, T: Sync, W: FnMut(&[T]) -> Result<()>>(
    hands: &'h mut [H],
    things: &[T],
    at_once: usize,
    work: impl Fn(&'h mut H) -> Result<W> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> = hands
            .iter_mut()
            .map(|hand| {
                let (next, work) = (&next, &work);
                scope.spawn(move || {
                    let mut work = work(hand)?;
                    while let Some(some) = things.chunks(at_once).nth(next.fetch_add(1, Ordering::Relaxed)) {
                        work(some)?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a hand panicked"))?)
            .collect::<Result<Vec<()>>>()
            .map(drop)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn everything_is_done_once_by_somebody() {
        let (done, things) = (Mutex::new(Vec::new()), (0..103).collect::<Vec<i32>>());
        share_out(&mut [(), (), ()], &things, 10, |()| {
            Ok(|some: &[i32]| {
                done.lock().unwrap().extend_from_slice(some);
                Ok(())
            })
        })
        .unwrap();
        let mut done = done.into_inner().unwrap();
        done.sort();
        assert_eq!(done, things);
    }
}
