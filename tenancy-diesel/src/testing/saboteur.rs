use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::control::{Blow, Control, Table};
use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::fault_plan::FaultPlan;
use super::query_faults::Gusts;
use crate::error::Error;

/// Ends statements and backends while operations run, from a thread and a connection of its own.
pub(super) struct Saboteur {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What it needs to know.
pub(super) struct Orders {
    pub(super) plan: FaultPlan,
    pub(super) seed: u64,
    /// The sentinels' tables.
    pub(super) tables: Vec<Table>,
    /// How many operations have begun.
    pub(super) begun: Arc<AtomicU64>,
    pub(super) tally: Arc<Tally>,
}

impl Saboteur {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`].
    pub(super) fn start(url: &str, orders: Orders) -> Result<Self, Error> {
        let control = Control::connect(url)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || Gusts::spare(|| orders.carry_out(control, &stopped)));
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Saboteur {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its failures show as faults that never occurred.
            let _ = thread.join();
        }
    }
}

impl Orders {
    fn carry_out(&self, mut control: Control, stop: &AtomicBool) {
        let mut dice = Dice::new(self.seed, u64::MAX);
        while !stop.load(Ordering::Relaxed) {
            let due = [Fault::Timeout, Fault::Kill].into_iter().filter(|fault| self.is_due(*fault));
            let due: Vec<_> = due.collect();
            if due.is_empty() {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            let fault = due[dice.roll(due.len())];
            // A table that cannot be locked (a transaction holds it for long, it was dropped) costs this attempt.
            let hit = self.strike(&mut control, fault, &mut dice).unwrap_or_else(|error| {
                tracing::debug!("a fault could not be injected: {error}");
                0
            });
            self.tally.add(fault, hit);
            if hit == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Whether there were fewer of them than the operations so far ask for.
    fn is_due(&self, fault: Fault) -> bool {
        let once_in = u64::from(self.plan.once_in(fault));
        once_in > 0 && self.begun.load(Ordering::Relaxed) / once_in > self.tally.of(fault)
    }

    fn strike(&self, control: &mut Control, fault: Fault, dice: &mut Dice) -> diesel::QueryResult<u64> {
        let table = self.tables.get(dice.roll(self.tables.len()));
        match (fault, table) {
            (Fault::Timeout, Some(table)) => control.freeze(table, Blow::Cancel),
            (Fault::Kill, Some(table)) if dice.roll(2) == 0 => control.freeze(table, Blow::Kill),
            (Fault::Kill, _) => control.kill_any(),
            _ => Ok(0),
        }
    }
}
