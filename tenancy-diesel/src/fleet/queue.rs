use std::collections::VecDeque;
use std::time::Duration;

use tenancy_core::fleet::{FleetPlan, GroupSize, Migration, Pacer, Policy, Wave};

use super::member::Member;

/// The tenants of a wave that nobody works on. Times are counted from the run's start.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    /// Those that need the same migrations stand together.
    buckets: VecDeque<Bucket<'a>>,
    /// Those that are tried again, and when.
    later: Vec<(Duration, Member<'a>)>,
}

#[derive(Debug)]
struct Bucket<'a> {
    members: VecDeque<Member<'a>>,
    /// For each of the migrations that they need, how many tenants share a transaction; none where they never do.
    sizes: Vec<Option<GroupSize>>,
}

impl Bucket<'_> {
    /// How many the next group has: a slow migration among fast ones decides.
    fn size(&self) -> usize {
        self.sizes.iter().flatten().map(|size| size.get()).min().unwrap_or(1)
    }
}

/// What a worker does next.
#[derive(Debug)]
pub(super) enum Next<'a> {
    /// Work on these, which need the same, after waiting for so long.
    Work(Vec<Member<'a>>, Duration),
    /// Ask again after that.
    Wait(Duration),
    /// Go home: nobody is left.
    Home,
}

impl<'a> Queue<'a> {
    /// The tenants of `wave`, which is one of `plan`.
    pub(super) fn new(plan: &'a FleetPlan, wave: &'a Wave, policy: &Policy) -> Self {
        let mut buckets: VecDeque<Bucket<'a>> = VecDeque::new();
        for tenant in &wave.tenants {
            let member = Member::new(tenant, plan.needed_by(tenant));
            match buckets.back_mut() {
                Some(bucket)
                    if bucket.members.front().is_some_and(|m| std::ptr::eq(m.needs, member.needs)) =>
                {
                    bucket.members.push_back(member);
                }
                _ => buckets.push_back(Bucket {
                    sizes: vec![Some(GroupSize::new(policy.group)); member.needs.len()],
                    members: VecDeque::from([member]),
                }),
            }
        }
        Self { buckets, later: Vec::new() }
    }

    /// What one of `jobs` workers does at `now`.
    pub(super) fn next(&mut self, now: Duration, jobs: usize, pacer: &mut Pacer) -> Next<'a> {
        if let Some(due) = self.later.iter().position(|(at, _)| *at <= now) {
            return Next::Work(vec![self.later.swap_remove(due).1], Duration::ZERO);
        }
        if let Some(bucket) = self.buckets.front_mut() {
            // Nobody goes home while another has a group that both could share.
            let share = bucket.members.len().div_ceil(jobs.max(1));
            let size = bucket.size().min(share).min(pacer.largest_group()).max(1);
            let members: Vec<_> = bucket.members.drain(..size.min(bucket.members.len())).collect();
            if bucket.members.is_empty() {
                self.buckets.pop_front();
            }
            let wait = pacer.book(now, members.len());
            return Next::Work(members, wait);
        }
        match self.later.iter().map(|(at, _)| *at).min() {
            Some(at) => Next::Wait(at.saturating_sub(now)),
            None => Next::Home,
        }
    }

    /// Whether somebody can be worked on at `now`; `None` when nobody is left.
    pub(super) fn is_due(&self, now: Duration) -> Option<bool> {
        let due = !self.buckets.is_empty() || self.later.iter().any(|(at, _)| *at <= now);
        (due || !self.later.is_empty()).then_some(due)
    }

    /// `member` is tried again at `at`.
    pub(super) fn put_off(&mut self, member: Member<'a>, at: Duration) {
        self.later.push((at, member));
    }

    /// The migration number `place` of `needs` took a group of `size` so long.
    pub(super) fn took(&mut self, needs: &[Migration], place: usize, size: usize, took: Duration) {
        if let Some(known) = self.size(needs, place) {
            known.took(size, took);
        }
    }

    /// The same of a tenant that was alone. Groups begin with one; what is known of larger ones stays.
    pub(super) fn took_alone(&mut self, needs: &[Migration], place: usize, took: Duration) {
        if let Some(known) = self.size(needs, place).filter(|size| size.get() == 1) {
            known.took(1, took);
        }
    }

    /// The migration number `place` of `needs` is never done in groups.
    pub(super) fn never_together(&mut self, needs: &[Migration], place: usize) {
        if let Some(size) = self.bucket(needs).and_then(|bucket| bucket.sizes.get_mut(place)) {
            *size = None;
        }
    }

    /// There is no room in the server's lock table for groups of more than `most` of those that need `needs`.
    pub(super) fn limit(&mut self, needs: &[Migration], most: usize) {
        if let Some(bucket) = self.bucket(needs) {
            bucket.sizes.iter_mut().flatten().for_each(|size| size.limit(most));
        }
    }

    fn size(&mut self, needs: &[Migration], place: usize) -> Option<&mut GroupSize> {
        self.bucket(needs)?.sizes.get_mut(place)?.as_mut()
    }

    fn bucket(&mut self, needs: &[Migration]) -> Option<&mut Bucket<'a>> {
        self.buckets
            .iter_mut()
            .find(|bucket| bucket.members.front().is_some_and(|member| std::ptr::eq(member.needs, needs)))
    }
}
