//! Many workers.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use tenancy_core::fleet::Subject;

use super::report::TenantReport;
use super::worker::{Task, work};
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::Error;
use crate::migrations::Loaded;
use crate::pools::SessionPool;

/// How a crew works.
pub(super) struct Crew<'a> {
    pub(super) context: &'a Context,
    pub(super) jobs: usize,
    pub(super) stop_at_failure: bool,
    pub(super) loaded: &'a [Loaded],
}

/// How the work ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// How many subjects were not begun.
    pub(super) not_begun: usize,
    /// Why, unless a failure was to stop the run.
    pub(super) because: Option<Error>,
}

/// What the workers share.
struct Shift<'a> {
    subjects: &'a [Subject],
    task: Task<'a>,
    loaded: &'a [Loaded],
    pool: SessionPool,
    next: AtomicUsize,
    stop: AtomicBool,
    because: Mutex<Option<Error>>,
}

impl Crew<'_> {
    /// Does `task` to every subject, several at a time. `finished` is called on this thread as each is done.
    pub(super) fn run(
        &self,
        subjects: &[Subject],
        task: Task<'_>,
        finished: &mut dyn FnMut(TenantReport),
    ) -> Ended {
        if subjects.is_empty() {
            return Ended::default();
        }
        let jobs = self.jobs.clamp(1, subjects.len());
        let shift = Shift {
            subjects,
            task,
            loaded: self.loaded,
            pool: self.context.control_pool(u32::try_from(jobs).unwrap_or(u32::MAX)),
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            because: Mutex::new(None),
        };
        let (sender, reports) = mpsc::channel();
        let mut done = 0;
        thread::scope(|scope| {
            for _ in 0..jobs {
                let sender = sender.clone();
                let shift = &shift;
                scope.spawn(move || {
                    if let Err(error) = self.worker(shift, &sender) {
                        shift.stop.store(true, Ordering::Relaxed);
                        shift.because.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
            // The reports end when the last worker drops its sender.
            drop(sender);
            for report in reports {
                done += 1;
                finished(report);
            }
        });
        let because = shift.because.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ended { not_begun: subjects.len() - done, because }
    }

    /// Takes one subject after the other. An error is one that every subject would meet.
    fn worker(&self, shift: &Shift<'_>, reports: &Sender<TenantReport>) -> Result<(), Error> {
        while !shift.stop.load(Ordering::Relaxed) {
            let Some(subject) = shift.subjects.get(shift.next.fetch_add(1, Ordering::Relaxed)) else { break };
            // A connection for each tenant: the gate wipes what the migration left in the session.
            let mut conn = shift.pool.control().map(ControlConnection::new)?;
            let report = work(&mut conn, subject, shift.task, shift.loaded, &self.context.shared);
            drop(conn);
            if report.error.is_some() && self.stop_at_failure {
                shift.stop.store(true, Ordering::Relaxed);
            }
            // The receiver lives as long as the scope.
            let _ = reports.send(report);
        }
        Ok(())
    }
}
