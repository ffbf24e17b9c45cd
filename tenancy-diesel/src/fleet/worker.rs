//! What the workers of a run do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tenancy_core::dismantle::LockBudget;
use tenancy_core::fleet::{Backoff, Direction, Pacer, Policy, RunnerName, Throttle};
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::TenantId;

use super::alone::{Alone, Outcome};
use super::blockers;
use super::group::{self, Fate, Group};
use super::member::Member;
use super::neighbours::Neighbours;
use super::patience::Patience;
use super::queue::{Next, Queue};
use super::report::TenantReport;
use super::stop::Stop;
use super::template::find;
use crate::connection::ControlConnection;
use crate::crew::Post;
use crate::error::{Error, is_out_of_locks};
use crate::ledger::{Entry, Hold};
use crate::migrations::Loaded;
use crate::pools::SessionPool;

/// What all workers of a run share.
pub(super) struct Works<'a> {
    pub(super) shared: &'a SharedSchemas,
    pub(super) pool: &'a SessionPool,
    pub(super) loaded: &'a [Loaded],
    pub(super) policy: &'a Policy,
    pub(super) direction: Direction,
    pub(super) hold: Hold,
    /// What the run's sessions are called.
    pub(super) name: &'a RunnerName,
    pub(super) jobs: usize,
    pub(super) locks: LockBudget,
    pub(super) began: Instant,
    pub(super) neighbours: Option<&'a Neighbours>,
    pub(super) pacer: &'a Mutex<Pacer>,
    pub(super) throttle: Option<&'a Mutex<Throttle>>,
    pub(super) stop: &'a Stop,
    /// Whether a failure ends the run.
    pub(super) canary: bool,
    /// How many tenants the run is about, and how many of them failed.
    pub(super) total: usize,
    pub(super) failed: AtomicUsize,
}

/// What a worker tells.
pub(super) enum Word {
    /// A tenant is finished.
    Finished {
        tenant: TenantId,
        worker: String,
        /// Nobody is there any more.
        gone: bool,
        report: TenantReport,
    },
    /// A tenant is tried again later.
    Retry { tenant: TenantId, slug: TenantSlug, attempt: u32, reason: String, after: Duration },
    /// Other sessions are slow.
    Throttled(Duration),
    /// They are fast enough again.
    GoesOn,
}

/// How long a worker sleeps before it looks again whether it is to stop.
const NAP: Duration = Duration::from_millis(50);

impl<'a> Works<'a> {
    /// Works until nobody is left in `queue` or the shift is over.
    ///
    /// # Errors
    ///
    /// What every other tenant would meet.
    pub(super) fn work(&self, queue: &Mutex<Queue<'a>>, post: &Post<'_, Word>) -> Result<(), Error> {
        while !self.is_over(post) {
            // First whether there is anything to begin: a permission that nobody uses is lost to those who wait for one.
            let due = lock(queue).is_due(self.began.elapsed());
            match due {
                None => break,
                Some(false) => {
                    thread::sleep(NAP);
                    continue;
                }
                Some(true) if !self.may_begin(post) => {
                    thread::sleep(NAP);
                    continue;
                }
                Some(true) => {}
            }
            let next = lock(queue).next(self.began.elapsed(), self.jobs, &mut lock(self.pacer));
            match next {
                Next::Home => break,
                Next::Wait(until) => thread::sleep(until.min(NAP)),
                Next::Work(members, wait) => {
                    if self.nap(wait, post) {
                        self.migrate(members, queue, post)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether nothing new is to be begun.
    fn is_over(&self, post: &Post<'_, Word>) -> bool {
        post.shift.is_over() || self.stop.is_requested()
    }

    /// Whether other sessions are fast enough.
    fn may_begin(&self, post: &Post<'_, Word>) -> bool {
        let (Some(throttle), Some(neighbours)) = (self.throttle, self.neighbours) else { return true };
        let p99 = neighbours.p99();
        let mut throttle = lock(throttle);
        let paused = throttle.is_pausing();
        let may = throttle.may_begin(self.began.elapsed(), p99);
        match (may, paused, p99) {
            (false, false, Some(p99)) => post.tell(Word::Throttled(p99)),
            (true, true, _) if !throttle.is_pausing() => post.tell(Word::GoesOn),
            _ => {}
        }
        may
    }

    /// Sleeps; `false` when the shift ended meanwhile.
    fn nap(&self, wait: Duration, post: &Post<'_, Word>) -> bool {
        let until = Instant::now() + wait;
        while !self.is_over(post) {
            match until.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => thread::sleep(left.min(NAP)),
                _ => return true,
            }
        }
        false
    }

    /// Brings tenants that need the same to the end, one migration after the other: together where that is possible, else
    /// one after the other.
    fn migrate(
        &self,
        mut members: Vec<Member<'a>>,
        queue: &Mutex<Queue<'a>>,
        post: &Post<'_, Word>,
    ) -> Result<(), Error> {
        while let Some(migration) = members.first().and_then(Member::next) {
            let loaded = find(self.loaded, &migration.version)?;
            let may_share = loaded.stands_alone(self.direction).is_none();
            if !may_share {
                lock(queue).never_together(members[0].needs, members[0].done);
            }
            // Who was put off is worked on alone: that waits for its lock.
            let together =
                may_share && self.policy.group > 1 && members.iter().all(|member| member.attempts == 0);
            let (mut done, alone) =
                if together { self.together(members, loaded, queue, post)? } else { (Vec::new(), members) };
            for member in alone {
                if self.is_over(post) {
                    // The ledger has it as pending.
                    continue;
                }
                done.extend(self.alone(member, loaded, queue, post)?);
            }
            members = done;
            if self.is_over(post) && members.first().is_some_and(|member| member.next().is_some()) {
                return Ok(());
            }
        }
        for member in members {
            self.finished(member, false, None, post);
        }
        Ok(())
    }

    /// Does `loaded` to all of them in one transaction. Returns those that are done with it, and those that are to be
    /// worked on alone: all of them, when one failed.
    fn together(
        &self,
        mut members: Vec<Member<'a>>,
        loaded: &Loaded,
        queue: &Mutex<Queue<'a>>,
        post: &Post<'_, Word>,
    ) -> Result<(Vec<Member<'a>>, Vec<Member<'a>>), Error> {
        let Some(sql) = loaded.sql(self.direction) else { return Ok((Vec::new(), members)) };
        let (needs, place) = (members[0].needs, members[0].done);
        let (size, began) = (members.len(), Instant::now());
        let worker = self.worker(post);
        let group = Group {
            name: self.name,
            shared: self.shared,
            patience: Patience::together(self.policy),
            version: &loaded.version,
            direction: self.direction,
            sql,
            last: members[0].is_last(),
            record: self.entry(loaded, &worker),
            // The first group is small; by that it is known how many locks the next ones take.
            count_locks: size <= FIRST_GROUP,
        };
        let mut conn = self.session()?;
        match group::run(&mut conn, &group, &mut members) {
            Ok(committed) => {
                let took = began.elapsed();
                let mut queue = lock(queue);
                queue.took(needs, place, size, took);
                if let Some(locks) = committed.locks {
                    let each = locks.div_ceil(size).max(1);
                    queue.limit(needs, self.locks.at_once(each) / self.jobs.max(1));
                }
                let (mut done, mut alone) = (Vec::new(), Vec::new());
                for (mut member, fate) in members.into_iter().zip(committed.fates) {
                    match fate {
                        Fate::Done { by_us, took } => {
                            member.advance(by_us, took);
                            done.push(member);
                        }
                        Fate::Alone => alone.push(member),
                    }
                }
                Ok((done, alone))
            }
            Err(error @ Error::RunLost { .. }) => Err(error),
            Err(error) => {
                tracing::debug!(%error, size, "a group failed; its tenants are migrated one by one");
                if matches!(&error, Error::Query { source, .. } if is_out_of_locks(source)) {
                    lock(queue).limit(needs, size / 2);
                }
                Ok((Vec::new(), members))
            }
        }
    }

    /// Does `loaded` to one tenant, and returns it when it is done with that.
    fn alone(
        &self,
        mut member: Member<'a>,
        loaded: &Loaded,
        queue: &Mutex<Queue<'a>>,
        post: &Post<'_, Word>,
    ) -> Result<Option<Member<'a>>, Error> {
        let began = Instant::now();
        let worker = self.worker(post);
        let patience = match loaded.transactional {
            true => Patience::alone(self.policy),
            false => Patience::outside(self.policy),
        };
        let alone = Alone {
            name: self.name,
            shared: self.shared,
            patience,
            loaded,
            direction: self.direction,
            record: self.entry(loaded, &worker),
        };
        let mut conn = self.session()?;
        if loaded.sql(self.direction).is_none() {
            // A function in Rust: its queries have one text for all tenants, and types of their own in each.
            conn.forget();
        }
        let outcome = alone.run(&mut conn, &mut member)?;
        // Through the gate, which releases what the session holds.
        drop(conn);
        match outcome {
            Outcome::Done { by_us } => {
                if by_us {
                    lock(queue).took_alone(member.needs, member.done, began.elapsed());
                }
                member.advance(by_us, began.elapsed());
                return Ok(Some(member));
            }
            Outcome::Gone => self.finished(member, true, None, post),
            Outcome::InTheWay(reason) => {
                member.took += began.elapsed();
                member.attempts += 1;
                let reason = self.who_is_in_the_way(reason, &member);
                if member.attempts >= self.policy.attempts.max(1) {
                    let error = format!("{reason} (tried {} times)", member.attempts);
                    member.attempts -= 1;
                    self.finished(member, false, Some(error), post);
                } else {
                    let after = Backoff::delay(member.attempts, dice());
                    post.tell(Word::Retry {
                        tenant: member.id,
                        slug: member.slug.clone(),
                        attempt: member.attempts,
                        reason,
                        after,
                    });
                    lock(queue).put_off(member, self.began.elapsed() + after);
                }
            }
            Outcome::Failed(error) => {
                member.took += began.elapsed();
                self.finished(member, false, Some(error), post);
            }
        }
        Ok(None)
    }

    fn finished(&self, member: Member<'a>, gone: bool, error: Option<String>, post: &Post<'_, Word>) {
        // Here, and not when it is heard of: until then others would be begun.
        if error.is_some() {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            if self.canary || self.policy.budget.is_spent(failed, self.total) {
                post.shift.end();
            }
        }
        let (tenant, worker) = (member.id, self.worker(post));
        post.tell(Word::Finished { tenant, worker, gone, report: member.report(error) });
    }

    /// `reason`, and which sessions hold what the tenant needs, as far as that can still be seen.
    fn who_is_in_the_way(&self, reason: String, member: &Member<'_>) -> String {
        let Ok(mut conn) = self.session() else { return reason };
        let mut told = reason;
        if let Ok(Some(holder)) = blockers::holder_of_tenant(&mut conn, member.id) {
            told = format!("{told}; {holder}");
        }
        for blocker in blockers::blockers_in(&mut conn, &member.schema).unwrap_or_default().iter().take(3) {
            told = format!("{told}; {blocker}");
        }
        told
    }

    /// A connection for one transaction: the gate wipes what migrations left in the session.
    fn session(&self) -> Result<ControlConnection, Error> {
        self.pool.control().map(ControlConnection::new)
    }

    fn entry<'e>(&self, loaded: &'e Loaded, worker: &'e str) -> Entry<'e> {
        Entry { hold: self.hold, direction: self.direction, version: &loaded.version, worker }
    }

    fn worker(&self, post: &Post<'_, Word>) -> String {
        format!("{} #{}", self.name, post.nth)
    }
}

/// Groups up to this size count their locks.
const FIRST_GROUP: usize = 8;

/// A number from 0 to 1.
pub(super) fn dice() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
