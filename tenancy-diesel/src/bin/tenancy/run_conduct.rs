//! One run over the fleet, shown while it goes on.

use tenancy_diesel::{FleetError, FleetEvent, FleetReport, Stop};

use crate::context::Context;
use crate::interrupt::interrupted;
use crate::run_lines::RunLines;
use crate::run_progress::RunProgress;
use crate::run_summary::Ended;

/// What a command that runs over the fleet works with.
pub(crate) struct Conductor<'a> {
    pub(crate) context: &'a Context,
    pub(crate) lines: RunLines,
    /// Ctrl-C asks for it.
    pub(crate) stop: Stop,
}

impl<'a> Conductor<'a> {
    /// From here on Ctrl-C pauses.
    ///
    /// # Errors
    ///
    /// When the system refuses the signal handlers.
    pub(crate) fn new(context: &'a Context) -> anyhow::Result<Self> {
        Ok(Self { context, lines: RunLines::new(), stop: Stop::from(interrupted()?) })
    }

    /// A progress for one run.
    pub(crate) fn progress(&self) -> RunProgress {
        RunProgress::new(self.context.out, self.stop.clone())
    }

    /// What happened goes to people or to machines.
    pub(crate) fn see(&self, event: &FleetEvent<'_>, progress: &RunProgress) {
        if self.context.out.is_json() {
            self.lines.see(event);
        } else {
            progress.see(event);
        }
    }

    /// Does `work`, one run.
    pub(crate) fn conduct(
        &self,
        work: impl FnOnce(&mut dyn FnMut(&FleetEvent<'_>)) -> Result<FleetReport, FleetError>,
    ) -> Ended {
        let progress = self.progress();
        let result = work(&mut |event| self.see(event, &progress));
        Ended::new(result, progress.end())
    }
}
