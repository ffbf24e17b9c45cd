//! A run that is in the ledger: the template, wave after wave, the stragglers, the last word.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_core::fleet::{Canaries, Direction, FleetPlan, Pacer, Policy, RunState, Subject, Throttle, Wave};
use tenancy_core::tenant::TenantId;

use super::desk::Desk;
use super::event::FleetEvent;
use super::neighbours::Neighbours;
use super::queue::Queue;
use super::run::Run;
use super::session_name;
use super::subjects::{self, Which};
use super::template::{Ending, Template};
use super::worker::{Word, Works};
use crate::connection::ControlConnection;
use crate::crew::{self, Shift};
use crate::error::Error;
use crate::ledger::{self, Unfinished};
use crate::lock_table;
use crate::pools::SessionPool;

/// How often the ledger is asked whether somebody wants the run to pause.
const LOOK: Duration = Duration::from_millis(500);

/// What lives as long as the waves.
struct Hall {
    pool: SessionPool,
    jobs: usize,
    locks: tenancy_core::dismantle::LockBudget,
    neighbours: Neighbours,
    pacer: Mutex<Pacer>,
    throttle: Option<Mutex<Throttle>>,
}

impl Run<'_> {
    /// Does it, and writes down how it ended. `left`: who is left of a run that is resumed.
    pub(super) fn conduct(&mut self, mut desk: Desk, left: Option<Vec<Unfinished>>) -> Result<(), Error> {
        let result = self.carry_out(&mut desk, left);
        let (state, reason) = match (&result, desk.ending.take()) {
            (Err(error), _) => (RunState::Failed, Some(error.to_string())),
            (Ok(()), Some((state, reason))) => (state, Some(reason)),
            (Ok(()), None) if desk.failed > 0 => (RunState::Failed, Some(format!("{} failed", desk.failed))),
            (Ok(()), None) => (RunState::Done, None),
        };
        let closed = ledger::close(&mut desk.captain, desk.hold, state, reason.as_deref());
        self.report.state = Some(state);
        self.report.not_begun = desk.total.saturating_sub(self.report.tenants.len());
        if state == RunState::Paused || self.report.not_begun > 0 || result.is_err() {
            self.report.stopped = reason.clone();
        }
        (self.observer)(&FleetEvent::Ended { state, reason: reason.as_deref() });
        // What went wrong first is what counts.
        result.and(closed)
    }

    fn carry_out(&mut self, desk: &mut Desk, left: Option<Vec<Unfinished>>) -> Result<(), Error> {
        let name = session_name::name_session(&desk.name);
        desk.captain.batch_execute(name.as_str()).map_err(Error::query("name the session"))?;
        if self.is_stopped(desk) || !self.template(desk)? {
            return Ok(());
        }
        let plans = match left {
            Some(left) => {
                let ids: Vec<TenantId> = left.iter().map(|tenant| tenant.subject.id).collect();
                let plans = self.planned_again(left);
                let planned: HashSet<TenantId> =
                    plans.iter().flat_map(FleetPlan::tenants).map(|tenant| tenant.id).collect();
                // Somebody else brought them there since.
                let done: Vec<TenantId> = ids.into_iter().filter(|id| !planned.contains(id)).collect();
                if !done.is_empty() {
                    ledger::done_already(&mut desk.captain, desk.hold, &done)?;
                }
                plans
            }
            None => {
                let plan = self.plan(desk, None)?;
                ledger::enroll(&mut desk.captain, desk.hold.id, &plan.waves)?;
                vec![plan]
            }
        };
        desk.waves = plans.iter().map(|plan| plan.waves.len()).sum();
        desk.total = plans.iter().map(FleetPlan::len).sum();
        (self.observer)(&FleetEvent::Planned { tenants: desk.total, waves: desk.waves });
        let jobs =
            self.policy.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(2, usize::from) * 2);
        let jobs = jobs.clamp(1, desk.total.max(1));
        let hall = Hall {
            pool: self.context.control_pool(u32::try_from(jobs).unwrap_or(u32::MAX)),
            jobs,
            locks: lock_table::budget(&mut desk.captain)?,
            neighbours: Neighbours::watch(self.context),
            pacer: Mutex::new(Pacer::new(self.policy.max_rate)),
            throttle: self.policy.pause_when_p99.map(|limit| Mutex::new(Throttle::new(limit))),
        };
        let mut number = 0;
        for plan in &plans {
            for wave in &plan.waves {
                number += 1;
                self.wave(desk, &hall, plan, wave, number)?;
                if desk.ending.is_some() {
                    return Ok(());
                }
            }
        }
        // Whoever lacks something now was restored, moved or planted by hand since the plan was made, or its registry row
        // knew more than its schema.
        let mut tried: HashSet<TenantId> = HashSet::new();
        while self.direction == Direction::Up && desk.failed == 0 {
            let plan = self.plan(desk, Some(&tried))?;
            if plan.is_empty() {
                break;
            }
            ledger::enroll(&mut desk.captain, desk.hold.id, &plan.waves)?;
            desk.total += plan.len();
            desk.waves += plan.waves.len();
            tried.extend(plan.tenants().map(|tenant| tenant.id));
            for wave in &plan.waves {
                number += 1;
                self.wave(desk, &hall, &plan, wave, number)?;
                if desk.ending.is_some() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The template goes first: whoever signs up from here on has everything. `false`: it failed, or was stopped.
    fn template(&mut self, desk: &mut Desk) -> Result<bool, Error> {
        // Some tenants only: the template keeps what they lose.
        if self.direction == Direction::Down && !self.policy.only.is_empty() {
            return Ok(true);
        }
        let pool = self.context.control_pool(1);
        let versions = match self.direction {
            Direction::Up => self.catalog.versions(),
            Direction::Down => self.versions.iter().map(String::as_str).collect(),
        };
        let template = Template {
            context: self.context,
            loaded: &self.loaded,
            direction: self.direction,
            versions: &versions,
            policy: &self.policy,
            name: Some(&desk.name),
            stop: &self.options.stop,
        };
        let observer = &mut *self.observer;
        let (done, ending) = template.run(
            || pool.control().map(ControlConnection::new),
            |attempt, reason, after| {
                let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                observer(&FleetEvent::TemplateRetry { attempt, reason, after_ms });
            },
        );
        if !done.is_empty() {
            // Spares are of the template as it was.
            self.context.refill.wake();
            ledger::template(&mut desk.captain, desk.hold, &done)?;
        }
        self.report.template = done;
        (self.observer)(&FleetEvent::Template { migrations: &self.report.template });
        match ending {
            Ending::Done => Ok(true),
            Ending::Stopped => {
                self.is_stopped(desk);
                Ok(false)
            }
            Ending::Failed(error) => {
                let error = error.to_string();
                desk.end(RunState::Failed, format!("the template failed: {error}"));
                self.report.template_error = Some(error);
                Ok(false)
            }
        }
    }

    /// Whether somebody asked it to stop: then nothing new is begun.
    fn is_stopped(&self, desk: &mut Desk) -> bool {
        let stopped = self.options.stop.is_requested();
        if stopped {
            desk.end(RunState::Paused, "it was interrupted".to_owned());
        }
        stopped
    }

    /// Who lacks what now; of stragglers, those aside who were `tried`. The policy's canaries are for the first plan.
    fn plan(&self, desk: &mut Desk, tried: Option<&HashSet<TenantId>>) -> Result<FleetPlan, Error> {
        let later = Policy { canaries: Canaries::None, ..self.policy.clone() };
        let policy = if tried.is_none() { &self.policy } else { &later };
        let versions = self.catalog.versions();
        let which = match self.direction {
            Direction::Up => Which::Lacking(&versions),
            Direction::Down => Which::Having(&self.versions),
        };
        let subjects = subjects::read_there(&mut desk.captain, which, &self.policy.only)?;
        let subjects =
            subjects.into_iter().filter(|subject| tried.is_none_or(|tried| !tried.contains(&subject.id)));
        Ok(self.plan_of(subjects, policy))
    }

    fn plan_of(&self, subjects: impl IntoIterator<Item = Subject>, policy: &Policy) -> FleetPlan {
        match self.direction {
            Direction::Up => FleetPlan::up(&self.catalog, subjects, policy),
            Direction::Down => FleetPlan::down(&self.catalog, &self.versions, subjects, policy),
        }
    }

    /// The waves of a run that is resumed, as far as they were not finished.
    fn planned_again(&self, left: Vec<Unfinished>) -> Vec<FleetPlan> {
        let mut waves: BTreeMap<i32, (bool, Vec<Subject>)> = BTreeMap::new();
        for Unfinished { wave, canary, subject } in left {
            let entry = waves.entry(wave).or_insert((canary, Vec::new()));
            entry.1.push(subject);
        }
        let whole = Policy { canaries: Canaries::None, wave_size: None, ..self.policy.clone() };
        waves
            .into_values()
            .map(|(canary, subjects)| {
                let mut plan = self.plan_of(subjects, &whole);
                plan.waves.iter_mut().for_each(|wave| wave.canary = canary);
                plan
            })
            .collect()
    }

    /// One wave, to its end or to that of the run.
    fn wave(
        &mut self,
        desk: &mut Desk,
        hall: &Hall,
        plan: &FleetPlan,
        wave: &Wave,
        number: usize,
    ) -> Result<(), Error> {
        if self.is_stopped(desk) {
            return Ok(());
        }
        (self.observer)(&FleetEvent::Wave { wave: number, canary: wave.canary, tenants: wave.tenants.len() });
        let queue = Mutex::new(Queue::new(plan, wave, &self.policy));
        let name = desk.name.clone();
        let works = Works {
            shared: &self.context.shared,
            pool: &hall.pool,
            loaded: &self.loaded,
            policy: &self.policy,
            direction: self.direction,
            hold: desk.hold,
            name: &name,
            jobs: hall.jobs.min(wave.tenants.len()),
            locks: hall.locks,
            began: self.began,
            neighbours: Some(&hall.neighbours),
            pacer: &hall.pacer,
            throttle: hall.throttle.as_ref(),
            stop: &self.options.stop,
            canary: wave.canary,
            total: desk.total.max(desk.enrolled),
            failed: AtomicUsize::new(desk.failed),
        };
        let (observer, report, stop) = (&mut *self.observer, &mut self.report, &self.options.stop);
        let budget = self.policy.budget;
        let mut broken = None;
        let (mut failed, mut finished) = (0, 0);
        let worked = crew::work(works.jobs, |post| works.work(&queue, post), &mut |word, shift: &Shift| {
            let heard = || -> Result<(), Error> {
                match word {
                    Some(Word::Finished { tenant, worker, gone, report: mut done }) => {
                        finished += 1;
                        if gone {
                            ledger::gone(&mut desk.captain, desk.hold, &[tenant])?;
                            desk.total = desk.total.saturating_sub(1);
                            report.gone += 1;
                            observer(&FleetEvent::Gone { slug: &done.slug });
                            return Ok(());
                        }
                        if let Some(error) = &done.error {
                            let took = done.took.as_secs_f64() * 1e3;
                            if !ledger::fail(&mut desk.captain, desk.hold, tenant, error, took, &worker)? {
                                done.error = None;
                            }
                        }
                        if done.error.is_some() {
                            failed += 1;
                            desk.failed += 1;
                            if wave.canary {
                                desk.end(RunState::Failed, format!("the canary `{}` failed", done.slug));
                            } else if budget.is_spent(desk.failed, desk.total.max(desk.enrolled)) {
                                desk.end(
                                    RunState::Failed,
                                    format!("the error budget is spent: {} failed", desk.failed),
                                );
                            }
                        }
                        observer(&FleetEvent::Tenant(&done));
                        report.tenants.push(done);
                    }
                    Some(Word::Retry { tenant, slug, attempt, reason, after }) => {
                        ledger::tried(&mut desk.captain, desk.hold, tenant)?;
                        let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                        observer(&FleetEvent::Retry { slug: &slug, attempt, reason: &reason, after_ms });
                    }
                    Some(Word::Throttled(p99)) => {
                        observer(&FleetEvent::Throttled { p99_ms: p99.as_secs_f64() * 1e3 });
                    }
                    Some(Word::GoesOn) => observer(&FleetEvent::GoesOn),
                    None => {}
                }
                Ok(())
            };
            let mut result = heard();
            if result.is_ok() && desk.looked.elapsed() >= LOOK {
                desk.looked = Instant::now();
                match ledger::pause_requested(&mut desk.captain, desk.hold.id) {
                    Ok(true) => desk.end(RunState::Paused, "somebody asked it to pause".to_owned()),
                    Ok(false) => {}
                    Err(error) => result = Err(error),
                }
            }
            if let Err(error) = result {
                broken.get_or_insert(error);
            }
            if broken.is_some() || desk.ending.is_some() || stop.is_requested() {
                shift.end();
            }
        });
        self.report.neighbours = Some(hall.neighbours.summary()).filter(|summary| summary.count > 0);
        worked?;
        if let Some(error) = broken {
            return Err(error);
        }
        if finished < wave.tenants.len() {
            self.is_stopped(desk);
        }
        if wave.canary && failed == 0 && self.policy.pause_after_canaries && desk.ending.is_none() {
            desk.end(RunState::Paused, "the canaries are done".to_owned());
        }
        Ok(())
    }
}
