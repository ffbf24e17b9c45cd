use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::control::{Control, Table};
use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::inspection::Inspection;
use super::interleaver::Interleaver;
use super::observed::Observed;
use super::probe::Probe;
use super::query_faults::{Blowing, Gusts};
use super::record::Record;
use super::report::IsolationReport;
use super::saboteur::{Orders, Saboteur};
use super::search::Search;
use super::step::{ATTEMPTS, Pair, Phase, Step};
use crate::error::Error;

/// A run under way: which operation comes next, and what came out of the others. Knows neither threads nor tasks.
pub(super) struct Course<B> {
    pub(super) check: Interleaver<B>,
    search: Search,
    tally: Arc<Tally>,
    /// How many operations of the storm began.
    stormed: Arc<AtomicU64>,
    begun: AtomicU64,
    queue: Mutex<VecDeque<Pair>>,
    record: Mutex<Record>,
    control: Mutex<Control>,
}

/// What came out of an operation.
pub(super) enum Outcome {
    /// An answer.
    Observed(Observed),
    /// A panic of the action's own.
    Panicked(String),
    /// A fault of ours.
    Injected,
}

/// The faults, as long as this lives.
pub(super) struct Storm {
    _saboteur: Saboteur,
    _blowing: Option<Blowing>,
}

impl<B> Course<B> {
    /// Waits until no other check runs in this database, and gets ready. Blocks.
    pub(super) fn begin(check: Interleaver<B>) -> Result<Self, Error> {
        let mut control = Control::connect(&check.url)?;
        control.wait_for_other_checks()?;
        if check.faults.in_queries {
            Gusts::listen();
            // Connections that pools have already do not listen.
            control.kill_all()?;
        }
        tracing::info!("TENANCY_TESTING_SEED={}", check.seed);
        let course = Self {
            search: Search::new(check.sentinels.as_slice()),
            record: Mutex::new(Record::new(check.sentinels.as_slice(), &check.actions)),
            check,
            tally: Arc::default(),
            stormed: Arc::default(),
            begun: AtomicU64::new(0),
            queue: Mutex::default(),
            control: Mutex::new(control),
        };
        course.everything_once(1);
        Ok(course)
    }

    /// Lets the faults begin. Blocks.
    pub(super) fn storm(&self) -> Result<Storm, Error> {
        let schemas: Vec<_> = self.check.sentinels.iter().filter_map(|sentinel| sentinel.schema()).collect();
        let is_theirs = |table: &Table| {
            schemas.contains(&table.schema.as_str()) && table.name != crate::bookkeeping::TABLE
        };
        let tables = self.control().tables()?.into_iter().filter(is_theirs).collect();
        let orders = Orders {
            plan: self.check.faults.clone(),
            seed: self.check.seed,
            tables,
            begun: Arc::clone(&self.stormed),
            tally: Arc::clone(&self.tally),
        };
        let saboteur = Saboteur::start(&self.check.url, orders)?;
        let panics = self.check.faults.once_in(Fault::Panic);
        let gusts = (self.check.faults.in_queries && panics > 0)
            .then(|| Gusts::new(&self.check.url, panics, self.check.seed, Arc::clone(&self.tally)).blow());
        Ok(Storm { _saboteur: saboteur, _blowing: gusts })
    }

    /// Ends the faults, and waits until what they left unfinished is done. Blocks.
    pub(super) fn settle(&self, storm: Storm) -> Result<(), Error> {
        drop(storm);
        self.wait_until_quiet()?;
        self.everything_once(2);
        Ok(())
    }

    /// Searches the database and says what was found. Blocks.
    pub(super) fn finish(&self) -> Result<IsolationReport, Error> {
        self.wait_until_quiet()?;
        let Interleaver { tenancy, sentinels, ignored, .. } = &self.check;
        let sentinels = sentinels.as_slice();
        let inspection = Inspection::make(&mut self.control(), tenancy, sentinels, &self.search, ignored)?;
        let planned = self.check.faults.planned();
        let faults = planned.map(|fault| (fault, self.tally.of(fault))).collect();
        Ok(self.record().report(self.check.seed, faults, inspection))
    }

    /// The next operation of a phase, and what its action gets.
    pub(super) fn next(&self, phase: Phase) -> Option<(Step, Probe)> {
        let (pair, faulty) = match phase {
            Phase::Before | Phase::After => (self.queue().pop_front()?, false),
            Phase::Storm => (self.next_of_the_storm()?, true),
        };
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let mut dice = Dice::new(self.check.seed, number);
        let mut strike = |fault, among| match faulty && dice.once_in(self.check.faults.once_in(fault)) {
            true => u32::try_from(1 + dice.roll(among)).unwrap_or(1),
            false => 0,
        };
        let (panic_at, cut_at) = (strike(Fault::Panic, 2), strike(Fault::Cancellation, 4));
        let step = Step { number, phase, pair, cut_at };
        let probe = Probe::new(
            self.check.tenancy.clone(),
            self.check.sentinels.as_slice()[pair.sentinel].clone(),
            number,
            dice,
            panic_at,
            Arc::clone(&self.tally),
        );
        self.record().begin(&step);
        Some((step, probe))
    }

    /// What came out of it.
    pub(super) fn end(&self, step: &Step, outcome: Outcome) {
        let observed = match outcome {
            Outcome::Observed(observed) => observed,
            Outcome::Panicked(text) => Observed::new().failed().part("panic", text),
            Outcome::Injected => Observed::new().failed(),
        };
        // Before the record is locked: the search is what takes time.
        let hits = observed.parts.iter().map(|part| (part.place.as_str(), self.search.all(&part.bytes)));
        let hits: Vec<_> = hits.filter(|(_, hits)| !hits.is_empty()).collect();
        let disturbed = step.phase == Phase::Storm && self.check.faults.planned().next().is_some();
        let again = step.phase == Phase::After && observed.failed && step.pair.attempt + 1 < ATTEMPTS;
        if again {
            self.queue().push_back(Pair { attempt: step.pair.attempt + 1, ..step.pair });
        }
        self.record().end(step, &observed, &hits, observed.failed && !disturbed && !again);
    }

    /// A future was dropped.
    #[cfg(feature = "tokio")]
    pub(super) fn cancelled(&self, step: &Step) {
        self.tally.add(Fault::Cancellation, 1);
        self.end(step, Outcome::Injected);
    }

    fn next_of_the_storm(&self) -> Option<Pair> {
        let begun = self.stormed.fetch_add(1, Ordering::Relaxed);
        let wanted = self.check.operations;
        let all_occurred =
            || self.check.faults.planned().all(|fault| self.tally.of(fault) >= self.owed(fault));
        // It goes on until what was planned has happened; not for ever, if it cannot.
        if begun >= wanted && (begun >= wanted.saturating_mul(4) || all_occurred()) {
            return None;
        }
        let mut dice = Dice::new(self.check.seed, begun ^ (1 << 63));
        let sentinels = self.check.sentinels.iter().len();
        // Neighbours act for different tenants; which one begins is left to the dice.
        let turn = usize::try_from(begun).unwrap_or_default();
        let offset = Dice::new(self.check.seed, !(begun / sentinels.max(1) as u64)).roll(sentinels);
        Some(Pair {
            action: dice.roll(self.check.actions.len()),
            sentinel: (turn + offset) % sentinels.max(1),
            attempt: 0,
        })
        .filter(|_| !self.check.actions.is_empty() && sentinels > 0)
    }

    /// How often a fault has to occur at least. Statements and backends are hit from outside, which may lag behind
    /// a fast service; half of them is enough.
    fn owed(&self, fault: Fault) -> u64 {
        let planned = self.check.operations.checked_div(self.check.faults.once_in(fault).into());
        match fault {
            Fault::Timeout | Fault::Kill => (planned.unwrap_or_default() / 2).max(1),
            Fault::Panic | Fault::Cancellation => 1,
        }
    }

    fn everything_once(&self, stream: u64) {
        let mut dice = Dice::new(self.check.seed, stream);
        let (actions, sentinels) = (self.check.actions.len(), self.check.sentinels.iter().len());
        self.queue().extend(Pair::all(actions, sentinels, &mut dice));
    }

    fn wait_until_quiet(&self) -> Result<(), Error> {
        let is_quiet = self.control().wait_until_quiet()?;
        if !is_quiet {
            self.record()
                .doubt("the database did not become quiet: work went on while it was searched".into());
        }
        Ok(())
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Pair>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
