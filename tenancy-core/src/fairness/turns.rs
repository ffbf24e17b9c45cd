use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Ticket;
use crate::tenant::TenantId;

/// Shares connections out among tenants: in order within a tenant, in turns among tenants.
///
/// A tenant that may be served (somebody of it waits, and it holds fewer connections than its cap) has one place in
/// a row. Who is served goes to the end of the row. So between the moment when a tenant begins to wait and the
/// moment when it is served, every other tenant is served at most once, however many of it wait. A tenant at its cap
/// has no place; it gets one at the end when it gives a connection back.
///
/// Whoever calls [`arrive`](Self::arrive) or [`leave`](Self::leave) calls [`serve`](Self::serve) afterwards until
/// it returns `None`. Then no connection is free that somebody who waits may have.
///
/// ```
/// use tenancy_core::fairness::Turns;
/// # use tenancy_core::tenant::TenantId;
/// # let id = |n| TenantId::from_uuid(uuid::Uuid::from_u128(n));
/// let (noisy, quiet) = (id(1), id(2));
/// let mut turns = Turns::new(1);
/// let first = turns.arrive(noisy, 1);
/// assert_eq!(turns.serve(), Some(first));
/// let (second, late) = (turns.arrive(noisy, 1), turns.arrive(quiet, 1));
/// assert_eq!(turns.serve(), None); // the one connection is in use
/// turns.leave(noisy);
/// // `noisy` was at its cap when its second one came, so `quiet` stood in the row before it.
/// assert_eq!(turns.serve(), Some(late));
/// # let _ = second;
/// ```
#[derive(Debug)]
pub struct Turns {
    capacity: u32,
    held: u32,
    waiting: usize,
    /// Those that hold a connection or wait for one.
    tenants: HashMap<TenantId, Standing>,
    /// Those that may be served, by their place.
    row: BTreeMap<u64, TenantId>,
    /// The next number of a ticket or a place.
    next: u64,
}

/// How a tenant stands.
#[derive(Debug, Default)]
struct Standing {
    held: u32,
    cap: u32,
    /// The numbers of those that wait, ascending.
    waiting: VecDeque<u64>,
    /// Its place in the row.
    place: Option<u64>,
}

impl Turns {
    /// Shares out `capacity` connections, at least one.
    pub fn new(capacity: u32) -> Self {
        Self {
            capacity: capacity.max(1),
            held: 0,
            waiting: 0,
            tenants: HashMap::new(),
            row: BTreeMap::new(),
            next: 0,
        }
    }

    /// Somebody of `tenant` comes for a connection. The tenant may hold `cap` at once, at least one; the cap named
    /// last counts.
    pub fn arrive(&mut self, tenant: TenantId, cap: u32) -> Ticket {
        let ticket = Ticket { tenant, number: self.number() };
        let standing = self.tenants.entry(tenant).or_default();
        standing.cap = cap.max(1);
        standing.waiting.push_back(ticket.number);
        self.waiting += 1;
        self.queue(tenant);
        ticket
    }

    /// Who is served next, if a connection is free; that one holds it from now on, until [`leave`](Self::leave).
    pub fn serve(&mut self) -> Option<Ticket> {
        while self.held < self.capacity {
            let (_, tenant) = self.row.pop_first()?;
            let Some(standing) = self.tenants.get_mut(&tenant) else { continue };
            standing.place = None;
            // A smaller cap may have been named since it queued.
            if standing.held >= standing.cap {
                continue;
            }
            let Some(number) = standing.waiting.pop_front() else { continue };
            standing.held += 1;
            self.held += 1;
            self.waiting -= 1;
            self.queue(tenant);
            return Some(Ticket { tenant, number });
        }
        None
    }

    /// Somebody of `tenant` gives a connection back.
    pub fn leave(&mut self, tenant: TenantId) {
        let Some(standing) = self.tenants.get_mut(&tenant).filter(|standing| standing.held > 0) else {
            return;
        };
        standing.held -= 1;
        self.held -= 1;
        self.queue(tenant);
        self.forget(tenant);
    }

    /// Waits no longer. `false`: it was served meanwhile, and has a connection to give back.
    pub fn give_up(&mut self, ticket: Ticket) -> bool {
        let Some(standing) = self.tenants.get_mut(&ticket.tenant) else { return false };
        let Ok(at) = standing.waiting.binary_search(&ticket.number) else { return false };
        standing.waiting.remove(at);
        self.waiting -= 1;
        // Who waits no longer keeps no place: coming back begins at the end.
        if standing.waiting.is_empty()
            && let Some(place) = standing.place.take()
        {
            self.row.remove(&place);
        }
        self.forget(ticket.tenant);
        true
    }

    /// The tenant's cap, when that is what it waits for: it is used up, and smaller than the whole.
    pub fn used_up(&self, tenant: TenantId) -> Option<u32> {
        let standing = self.tenants.get(&tenant)?;
        (standing.held >= standing.cap && standing.cap < self.capacity).then_some(standing.cap)
    }

    /// How many connections there are to share out.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// How many are held.
    pub fn held(&self) -> u32 {
        self.held
    }

    /// How many `tenant` holds.
    pub fn held_by(&self, tenant: TenantId) -> u32 {
        self.tenants.get(&tenant).map_or(0, |standing| standing.held)
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many tenants are remembered: those that hold a connection or wait for one.
    pub fn tenants(&self) -> usize {
        self.tenants.len()
    }

    /// Gives the tenant a place at the end of the row, if it may be served and has none.
    fn queue(&mut self, tenant: TenantId) {
        let place = self.number();
        let Some(standing) = self.tenants.get_mut(&tenant) else { return };
        if standing.place.is_none() && standing.held < standing.cap && !standing.waiting.is_empty() {
            standing.place = Some(place);
            self.row.insert(place, tenant);
        }
    }

    /// Forgets a tenant that neither holds nor waits.
    fn forget(&mut self, tenant: TenantId) {
        if self.tenants.get(&tenant).is_some_and(|standing| standing.held == 0 && standing.waiting.is_empty())
        {
            self.tenants.remove(&tenant);
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
