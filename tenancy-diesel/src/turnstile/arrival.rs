use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tenancy_core::fairness::Ticket;

use super::sleeper::Sleeper;
use super::{Permit, Turnstile};

/// One that came for a connection. A future that resolves when its turn has come; dropping it gives up, and what it
/// was given meanwhile goes back.
#[derive(Debug)]
#[must_use = "it gives up when it is dropped"]
pub(crate) struct Arrival {
    turnstile: Arc<Turnstile>,
    /// `None` once the permit was taken.
    ticket: Option<Ticket>,
}

/// What somebody waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InVain {
    /// One of all connections of the pool.
    Exhausted,
    /// One of the connections that its tenant may hold, of which there are fewer.
    OwnLimit(u32),
}

impl Arrival {
    pub(super) fn new(turnstile: Arc<Turnstile>, ticket: Ticket) -> Self {
        Self { turnstile, ticket: Some(ticket) }
    }

    /// Blocks until the turn has come, for at most `timeout`.
    pub(crate) fn wait(mut self, timeout: Duration) -> Result<Permit, InVain> {
        // Mostly there is a free one, and nobody sleeps.
        if let Poll::Ready(permit) = self.ask(Waker::noop()) {
            return Ok(permit);
        }
        let (began, sleeper) = (Instant::now(), Arc::<Sleeper>::default());
        let waker = Waker::from(Arc::clone(&sleeper));
        loop {
            if let Poll::Ready(permit) = self.ask(&waker) {
                return Ok(permit);
            }
            if !sleeper.sleep(timeout.saturating_sub(began.elapsed())) {
                return self.give_up();
            }
        }
    }

    /// Waits until the turn has come, for at most `timeout`, without a thread.
    #[cfg(feature = "tokio")]
    pub(crate) async fn within(mut self, timeout: Duration) -> Result<Permit, InVain> {
        match tokio::time::timeout(timeout, &mut self).await {
            Ok(permit) => Ok(permit),
            Err(_) => self.give_up(),
        }
    }

    /// Waits no longer; the turn may have come at this very moment.
    fn give_up(mut self) -> Result<Permit, InVain> {
        match self.ticket.take() {
            Some(ticket) => self.turnstile.give_up(ticket),
            None => Err(InVain::Exhausted),
        }
    }

    fn ask(&mut self, waker: &Waker) -> Poll<Permit> {
        let Some(ticket) = self.ticket else { return Poll::Pending };
        let answer = self.turnstile.poll(ticket, waker);
        if answer.is_ready() {
            self.ticket = None;
        }
        answer
    }
}

impl Future for Arrival {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        self.ask(cx.waker())
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            // A permit that came too late is dropped here.
            let _ = self.turnstile.give_up(ticket);
        }
    }
}
