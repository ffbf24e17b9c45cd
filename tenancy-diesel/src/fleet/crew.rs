//! Many workers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use tenancy_core::fleet::Subject;

use super::report::TenantReport;
use super::worker::{Task, work};
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::Error;

/// How a crew works.
pub(super) struct Crew<'a> {
    pub(super) context: &'a Context,
    pub(super) jobs: usize,
    pub(super) stop_at_failure: bool,
}

impl Crew<'_> {
    /// Does `task` to every subject, several at a time. `finished` is called on this thread as each is done.
    /// Returns how many were not begun.
    pub(super) fn run(
        &self,
        subjects: &[Subject],
        task: Task<'_>,
        finished: &mut dyn FnMut(TenantReport),
    ) -> Result<usize, Error> {
        if subjects.is_empty() {
            return Ok(0);
        }
        let jobs = self.jobs.clamp(1, subjects.len());
        let pool = self.context.control_pool(u32::try_from(jobs).unwrap_or(u32::MAX));
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let (sender, reports) = mpsc::channel();
        let hand = || -> Result<(), Error> {
            let loaded = self.context.migrations.load()?;
            while !stop.load(Ordering::Relaxed) {
                let Some(subject) = subjects.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let began = std::time::Instant::now();
                // A connection for each tenant: the gate wipes what the migration left in the session.
                let report = match pool.control().map(ControlConnection::new) {
                    Ok(mut conn) => work(&mut conn, subject, task, &loaded, &self.context.shared),
                    Err(error) => TenantReport {
                        slug: subject.slug.clone(),
                        schema: subject.schema.clone(),
                        done: Vec::new(),
                        error: Some(error.to_string()),
                        took: began.elapsed(),
                    },
                };
                if report.error.is_some() && self.stop_at_failure {
                    stop.store(true, Ordering::Relaxed);
                }
                // The receiver lives as long as the scope.
                let _ = sender.send(report);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let hands: Vec<_> = (0..jobs).map(|_| scope.spawn(hand)).collect();
            let mut done = 0;
            while done < subjects.len() && !hands.iter().all(thread::ScopedJoinHandle::is_finished) {
                if let Ok(report) = reports.recv_timeout(std::time::Duration::from_millis(50)) {
                    done += 1;
                    finished(report);
                }
            }
            for report in reports.try_iter() {
                done += 1;
                finished(report);
            }
            for hand in hands {
                match hand.join() {
                    Ok(result) => result?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(subjects.len() - done)
        })
    }
}
