//! What holds for any order of coming, leaving and giving up.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::HashMap;

use proptest::prelude::*;
use tenancy_core::fairness::{Ticket, Turns};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

const TENANTS: u8 = 6;

fn id(tenant: u8) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(u128::from(tenant) + 1))
}

/// What happens; numbers choose among those to whom it can happen.
#[derive(Debug, Clone)]
enum Event {
    Arrive { tenant: u8, cap: u32 },
    Leave(usize),
    GiveUp(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0..TENANTS, 1..5_u32).prop_map(|(tenant, cap)| Event::Arrive { tenant, cap }),
        3 => any::<usize>().prop_map(Event::Leave),
        1 => any::<usize>().prop_map(Event::GiveUp),
    ];
    prop::collection::vec(event, 0..200)
}

/// The same events as a list of who waits and who holds, which every rule is checked against.
#[derive(Default)]
struct Room {
    caps: HashMap<TenantId, u32>,
    waiting: Vec<Ticket>,
    holding: Vec<TenantId>,
    /// How often each was served since the other began to wait for its turn: (who waits, who was served).
    bypassed: HashMap<(TenantId, TenantId), u32>,
}

impl Room {
    fn holds(&self, tenant: TenantId) -> u32 {
        self.holding.iter().filter(|holder| **holder == tenant).count() as u32
    }

    /// Whether the tenant may be served: somebody waits, and its cap leaves room.
    fn may_be_served(&self, tenant: TenantId) -> bool {
        self.waiting.iter().any(|ticket| ticket.tenant() == tenant) && self.holds(tenant) < self.caps[&tenant]
    }

    /// A tenant that cannot be served does not wait for a turn.
    fn forget_bypasses(&mut self) {
        let eligible: Vec<TenantId> = (0..TENANTS)
            .map(id)
            .filter(|tenant| self.caps.contains_key(tenant) && self.may_be_served(*tenant))
            .collect();
        self.bypassed.retain(|(waits, _), _| eligible.contains(waits));
    }

    /// Serves until nobody can be served, and checks each.
    fn serve(&mut self, turns: &mut Turns) -> Result<(), TestCaseError> {
        self.forget_bypasses();
        while let Some(ticket) = turns.serve() {
            let tenant = ticket.tenant();
            let first = self.waiting.iter().find(|waits| waits.tenant() == tenant).copied();
            prop_assert_eq!(first, Some(ticket), "in order within a tenant");
            prop_assert!(self.holds(tenant) < self.caps[&tenant], "never more than its cap");
            for other in
                (0..TENANTS).map(id).filter(|other| *other != tenant && self.caps.contains_key(other))
            {
                if self.may_be_served(other) {
                    let times = self.bypassed.entry((other, tenant)).or_default();
                    *times += 1;
                    prop_assert!(*times <= 1, "nobody is served twice while another waits for one turn");
                }
            }
            self.waiting.retain(|waits| *waits != ticket);
            self.holding.push(tenant);
            self.bypassed.retain(|(waits, _), _| *waits != tenant);
            self.forget_bypasses();
        }
        let idle = turns.capacity() > turns.held();
        let servable = (0..TENANTS).map(id).any(|t| self.caps.contains_key(&t) && self.may_be_served(t));
        prop_assert!(!(idle && servable), "no connection is idle that somebody may have");
        Ok(())
    }

    fn agrees(&self, turns: &Turns) -> Result<(), TestCaseError> {
        prop_assert!(turns.held() <= turns.capacity(), "never more than there are");
        prop_assert_eq!(turns.held() as usize, self.holding.len());
        prop_assert_eq!(turns.waiting(), self.waiting.len());
        for tenant in (0..TENANTS).map(id) {
            prop_assert_eq!(turns.held_by(tenant), self.holds(tenant));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn turns_are_fair_and_leak_nothing(capacity in 1..8_u32, events in events()) {
        let (mut turns, mut room) = (Turns::new(capacity), Room::default());
        for event in events {
            match event {
                Event::Arrive { tenant, cap } => {
                    room.caps.insert(id(tenant), cap);
                    room.waiting.push(turns.arrive(id(tenant), cap));
                }
                Event::Leave(n) if !room.holding.is_empty() => {
                    let tenant = room.holding.swap_remove(n % room.holding.len());
                    turns.leave(tenant);
                }
                Event::GiveUp(n) if !room.waiting.is_empty() => {
                    let ticket = room.waiting.remove(n % room.waiting.len());
                    prop_assert!(turns.give_up(ticket));
                    prop_assert!(!turns.give_up(ticket), "only once");
                }
                Event::Leave(_) | Event::GiveUp(_) => {}
            }
            room.serve(&mut turns)?;
            room.agrees(&turns)?;
        }
        // Everybody who waits is served once those before it have left: nobody is forgotten.
        while let Some(tenant) = room.holding.pop() {
            turns.leave(tenant);
            room.serve(&mut turns)?;
            room.agrees(&turns)?;
        }
        prop_assert_eq!((turns.held(), turns.waiting(), turns.tenants()), (0, 0, 0));
    }
}

#[test]
fn a_tenant_with_64_waiting_delays_another_by_one() {
    let (mut turns, noisy, quiet) = (Turns::new(1), id(0), id(1));
    for _ in 0..64 {
        turns.arrive(noisy, 1);
    }
    let served = turns.serve().unwrap();
    assert_eq!(served.tenant(), noisy);
    let quiet = turns.arrive(quiet, 1);
    turns.leave(noisy);
    assert_eq!(turns.serve(), Some(quiet));
}

#[test]
fn a_ticket_that_was_served_cannot_be_given_up_and_one_given_up_is_not_served() {
    let mut turns = Turns::new(2);
    let (first, second) = (turns.arrive(id(0), 1), turns.arrive(id(0), 1));
    assert_eq!(turns.serve(), Some(first));
    assert!(!turns.give_up(first));
    assert_eq!(turns.used_up(id(0)), Some(1));
    assert!(turns.give_up(second));
    turns.leave(id(0));
    assert_eq!(turns.serve(), None);
}

#[test]
fn the_whole_pool_is_not_a_cap_that_is_used_up() {
    let mut turns = Turns::new(1);
    turns.arrive(id(0), 1);
    turns.serve();
    assert_eq!(turns.used_up(id(0)), None);
}
