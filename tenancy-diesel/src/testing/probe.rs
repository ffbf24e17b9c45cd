use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::ActiveTenant;

use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::injected;
use super::sentinel::Sentinel;
use crate::tenancy::Tenancy;

/// What an action is to do: once, for one tenant. Cheap to clone, so that it can travel into a closure.
#[derive(Clone)]
pub struct Probe(Arc<Inner>);

struct Inner {
    tenancy: Tenancy,
    sentinel: Sentinel,
    number: u64,
    text: String,
    dice: Mutex<Dice>,
    /// At which fault point from now to panic; 0 is never.
    panic_at: AtomicU32,
    tally: Arc<Tally>,
}

impl Probe {
    pub(super) fn new(
        tenancy: Tenancy,
        sentinel: Sentinel,
        number: u64,
        dice: Dice,
        panic_at: u32,
        tally: Arc<Tally>,
    ) -> Self {
        let text = sentinel.marker.numbered(number);
        let (dice, panic_at) = (Mutex::new(dice), AtomicU32::new(panic_at));
        Self(Arc::new(Inner { tenancy, sentinel, number, text, dice, panic_at, tally }))
    }

    /// The tenant to act for.
    pub fn tenant(&self) -> &ActiveTenant {
        self.0.sentinel.tenant()
    }

    /// Its slug.
    pub fn slug(&self) -> &TenantSlug {
        self.0.sentinel.slug()
    }

    /// What was planted in its rows.
    pub fn marker(&self) -> &str {
        self.0.sentinel.marker()
    }

    /// A text of this operation alone, for whatever it writes: the tenant's marker and the operation's number.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The operation's number.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// A number below `sides`, repeatable from the run's seed.
    pub fn pick(&self, sides: usize) -> usize {
        self.0.dice.lock().unwrap_or_else(PoisonError::into_inner).roll(sides)
    }

    /// The library that the check was made with.
    pub fn tenancy(&self) -> &Tenancy {
        &self.0.tenancy
    }

    /// A place where this operation may be hit by a panic. Call it where your code is in the middle of something:
    /// inside the closure that is given to [`TenantDb::run`](crate::TenantDb), between two statements.
    ///
    /// # Panics
    ///
    /// When the plan says so.
    pub fn fault_point(&self) {
        let count = |left: u32| left.checked_sub(1);
        if self.0.panic_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count) == Ok(1) {
            self.0.tally.add(Fault::Panic, 1);
            injected::panic();
        }
    }
}
