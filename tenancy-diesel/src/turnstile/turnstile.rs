use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use tenancy_core::fairness::{Ticket, Turns};
use tenancy_core::tenant::TenantId;

use super::{Arrival, InVain, Permit};

/// Shares a pool's connections out among tenants.
#[derive(Debug)]
pub(crate) struct Turnstile(Mutex<State>);

#[derive(Debug)]
struct State {
    turns: Turns,
    /// Those that came and have not taken their permit.
    arrivals: HashMap<Ticket, Stage>,
}

#[derive(Debug)]
enum Stage {
    /// It waits; the waker is there once it went to sleep.
    Waits(Option<Waker>),
    /// It was served and is about to find out.
    Served,
}

impl Turnstile {
    /// In front of a pool of `capacity` connections.
    pub(crate) fn new(capacity: u32) -> Arc<Self> {
        let state = State { turns: Turns::new(capacity), arrivals: HashMap::new() };
        Arc::new(Self(Mutex::new(state)))
    }

    /// Somebody of `tenant`, which may hold `cap` connections at once, comes for one.
    pub(crate) fn arrive(self: &Arc<Self>, tenant: TenantId, cap: u32) -> Arrival {
        let ticket = self.change(|state| {
            let ticket = state.turns.arrive(tenant, cap);
            state.arrivals.insert(ticket, Stage::Waits(None));
            ticket
        });
        Arrival::new(Arc::clone(self), ticket)
    }

    /// How many permits are out, and how many wait for one.
    pub(crate) fn state(&self) -> (u32, usize) {
        let state = self.lock();
        (state.turns.held(), state.turns.waiting())
    }

    /// Whether `ticket` was served; if not, `waker` is woken when it is.
    pub(super) fn poll(self: &Arc<Self>, ticket: Ticket, waker: &Waker) -> Poll<Permit> {
        let mut state = self.lock();
        match state.arrivals.get_mut(&ticket) {
            Some(Stage::Waits(known)) => {
                match known {
                    Some(known) => known.clone_from(waker),
                    None => *known = Some(waker.clone()),
                }
                Poll::Pending
            }
            Some(Stage::Served) => {
                state.arrivals.remove(&ticket);
                Poll::Ready(Permit::new(Arc::clone(self), ticket.tenant()))
            }
            // Its permit was taken: nobody asks twice.
            None => Poll::Pending,
        }
    }

    /// `ticket` waits no longer. It may have been served at this very moment.
    pub(super) fn give_up(self: &Arc<Self>, ticket: Ticket) -> Result<Permit, InVain> {
        let mut state = self.lock();
        match state.arrivals.remove(&ticket) {
            Some(Stage::Served) => Ok(Permit::new(Arc::clone(self), ticket.tenant())),
            _ => {
                let reason = match state.turns.used_up(ticket.tenant()) {
                    Some(cap) => InVain::OwnLimit(cap),
                    None => InVain::Exhausted,
                };
                state.turns.give_up(ticket);
                Err(reason)
            }
        }
    }

    /// A permit comes back.
    pub(super) fn leave(&self, tenant: TenantId) {
        self.change(|state| state.turns.leave(tenant));
    }

    /// Changes the state and serves whoever can be served then. They are woken when the lock is free again: a
    /// waker may run any code, also such that drops an arrival.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let answer = change(&mut state);
        let mut woken = Vec::new();
        while let Some(ticket) = state.turns.serve() {
            if let Some(Stage::Waits(Some(waker))) = state.arrivals.insert(ticket, Stage::Served) {
                woken.push(waker);
            }
        }
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        answer
    }

    /// Nothing in here panics half-way.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn id(n: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn who_waits_on_a_thread_is_woken_when_its_turn_comes() {
        let turnstile = Turnstile::new(1);
        let held = turnstile.arrive(id(1), 1).wait(LONG).unwrap();
        thread::scope(|scope| {
            let waits = scope.spawn(|| turnstile.arrive(id(2), 1).wait(LONG).map(drop));
            while turnstile.state() != (1, 1) {
                thread::yield_now();
            }
            drop(held);
            assert_eq!(waits.join().unwrap(), Ok(()));
        });
        assert_eq!(turnstile.state(), (0, 0));
    }

    #[test]
    fn who_waited_in_vain_hears_what_it_waited_for() {
        let turnstile = Turnstile::new(2);
        let first = turnstile.arrive(id(1), 1).wait(LONG).unwrap();
        let moment = Duration::from_millis(10);
        assert_eq!(turnstile.arrive(id(1), 1).wait(moment).map(drop), Err(InVain::OwnLimit(1)));
        let second = turnstile.arrive(id(2), 1).wait(LONG).unwrap();
        assert_eq!(turnstile.arrive(id(3), 1).wait(moment).map(drop), Err(InVain::Exhausted));
        drop((first, second));
        assert_eq!(turnstile.state(), (0, 0));
    }

    #[test]
    fn an_arrival_that_is_dropped_leaks_nothing_whether_it_was_served_or_not() {
        let turnstile = Turnstile::new(1);
        let served = turnstile.arrive(id(1), 1);
        let waits = turnstile.arrive(id(1), 1);
        assert_eq!(turnstile.state(), (1, 1));
        drop(served);
        assert_eq!(turnstile.state(), (1, 0), "the next one was served");
        drop(waits);
        assert_eq!(turnstile.state(), (0, 0));
    }
}
