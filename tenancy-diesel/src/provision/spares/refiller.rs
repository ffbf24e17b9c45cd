//! The thread that keeps as many spares as the service wants.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::Spares;
use crate::context::Context;
use crate::error::Error;
use crate::registry::install;

/// How often it looks by itself: a template may have been changed by hand, or by another process.
const PERIOD: Duration = Duration::from_secs(30);
/// How long it waits until somebody has initialized the database, and how long after a first failure.
const SOON: Duration = Duration::from_secs(1);
/// How long it waits at most after many failures.
const LATE: Duration = Duration::from_secs(60);

/// Starts it. It keeps nothing alive: it ends when the last handle on the service does.
///
/// # Errors
///
/// [`Error::Unreachable`] when the system has no thread left.
pub(crate) fn start(context: &Arc<Context>) -> Result<(), Error> {
    let (wake, woken) = sync_channel(1);
    context.refill.wakes(wake);
    let service = Arc::downgrade(context);
    thread::Builder::new()
        .name("tenancy-spares".to_owned())
        .spawn(move || run(&service, &woken))
        .map(drop)
        .map_err(|error| Error::Unreachable(format!("no thread for spares can be started: {error}")))
}

fn run(service: &Weak<Context>, woken: &Receiver<()>) {
    let mut failures = 0;
    while let Some(context) = service.upgrade() {
        let pause = match refill(&context) {
            Ok(true) => {
                failures = 0;
                PERIOD
            }
            Ok(false) => SOON,
            Err(error) => {
                failures += 1;
                let pause = after(failures);
                tracing::warn!(%error, failures, "spares could not be kept; trying again in {pause:?}");
                pause
            }
        };
        // What follows must not keep the service alive.
        drop(context);
        if !wait(woken, pause, failures > 0) {
            return;
        }
    }
}

/// Waits; sign-ups cut that short unless there is `trouble`. Whether the service is still there.
fn wait(woken: &Receiver<()>, pause: Duration, trouble: bool) -> bool {
    let until = Instant::now() + pause;
    loop {
        match woken.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(()) if trouble => {}
            Ok(()) => return true,
        }
    }
}

/// Doubles with each failure.
fn after(failures: u32) -> Duration {
    SOON.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LATE)
}

/// Makes what is missing. Whether there was anything to clone from.
fn refill(context: &Arc<Context>) -> Result<bool, Error> {
    if !install::is_installed(&mut *context.operation()?)? {
        return Ok(false);
    }
    let mut go_on = |_: &_| Arc::strong_count(context) > 1;
    Spares::new(context).keep_while(context.refill.keep(), false, &mut go_on).map(|_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_followed_by_longer_and_longer_waits() {
        let waits: Vec<u64> =
            [1, 2, 3, 7, 100].into_iter().map(|failures| after(failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 60, 60]);
    }

    #[test]
    fn a_sign_up_cuts_a_wait_short_unless_there_is_trouble() {
        let (wake, woken) = sync_channel(1);
        wake.send(()).unwrap();
        assert!(wait(&woken, Duration::from_secs(600), false));
        wake.send(()).unwrap();
        let began = Instant::now();
        assert!(wait(&woken, Duration::from_millis(50), true));
        assert!(began.elapsed() >= Duration::from_millis(50));
        drop(wake);
        assert!(!wait(&woken, Duration::from_secs(600), true), "the service is gone");
    }
}
