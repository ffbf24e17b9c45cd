use super::dice::Dice;

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing goes wrong yet: every action succeeds for every tenant.
    Before,
    /// Everything at once.
    Storm,
    /// Nothing goes wrong any more: every action succeeds again.
    After,
}

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) number: u64,
    pub(super) phase: Phase,
    pub(super) pair: Pair,
    /// After how many polls without a result to be dropped; 0 is never.
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "only tasks can be dropped"))]
    pub(super) cut_at: u32,
}

/// Which action for which sentinel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) action: usize,
    pub(super) sentinel: usize,
    /// How often it was tried before.
    pub(super) attempt: u32,
}

/// Attempts after the faults: a pool may have to notice that its connections are gone.
pub(super) const ATTEMPTS: u32 = 5;

impl Pair {
    /// All of them, in an order of the seed.
    pub(super) fn all(actions: usize, sentinels: usize, dice: &mut Dice) -> Vec<Self> {
        let of = |action| (0..sentinels).map(move |sentinel| Self { action, sentinel, attempt: 0 });
        let mut pairs: Vec<_> = (0..actions).flat_map(of).collect();
        dice.shuffle(&mut pairs);
        pairs
    }
}
