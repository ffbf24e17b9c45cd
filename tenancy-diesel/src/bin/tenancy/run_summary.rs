//! What came of a run, and what to do next.

use tenancy_diesel::core::fleet::{Direction, RunState};
use tenancy_diesel::{Error, FleetError, FleetReport};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::printable;
use crate::run_lines::RunLines;
use crate::run_view::View;
use crate::words;

/// So many latencies have a 99th percentile.
const ENOUGH: u64 = 100;

/// A run that ended, however.
pub(crate) struct Ended {
    pub(crate) report: FleetReport,
    /// What kept it from starting or from going on.
    error: Option<Error>,
    view: View,
}

impl Ended {
    pub(crate) fn new(result: Result<FleetReport, FleetError>, view: View) -> Self {
        match result {
            Ok(report) => Self { report, error: None, view },
            Err(FleetError { report, source }) => Self { report: *report, error: Some(source), view },
        }
    }

    /// Whether it was asked for in vain: there was nothing to do.
    pub(crate) fn was_needless(&self) -> bool {
        self.error.is_none()
            && self.report.run.is_none()
            && self.report.is_success()
            && self.report.left_to.is_none()
    }

    /// Tells what came of it, and how the command ends.
    ///
    /// # Errors
    ///
    /// What kept the run from starting or from going on.
    pub(crate) fn tell(self, context: &Context, lines: &RunLines) -> anyhow::Result<Outcome> {
        let fine = self.error.is_none() && self.report.is_success();
        if context.out.is_json() {
            lines.report(&self.report, self.error.as_ref().map(ToString::to_string));
        } else if self.error.is_none() || self.report.run.is_some() {
            self.tell_people(context)?;
        }
        match self.error {
            Some(error) => Err(error.into()),
            None => Ok(Outcome::of(fine)),
        }
    }

    fn tell_people(&self, context: &Context) -> anyhow::Result<()> {
        let (out, report) = (context.out, &self.report);
        if let Some(error) = &report.template_error {
            out.remark(&format!("template: {}", printable(error, true)));
        } else if let Some(reason) = &report.stopped {
            let how = if report.state == Some(RunState::Paused) { "paused" } else { "stopped" };
            out.remark(&format!("{how}: {}", printable(reason, true)));
        }
        out.text(&self.summary())?;
        if let Some(summary) = report.neighbours.filter(|summary| summary.count >= ENOUGH) {
            out.remark(&format!("other sessions meanwhile: {summary}"));
        }
        if self.view.resumed
            && let Some(run) = report.run
        {
            let counts = context.tenancy.runs().find(run).ok().map(|run| run.counts);
            if let Some(counts) = counts {
                out.remark(&format!(
                    "run {run} in all: {} of {} done",
                    counts.done,
                    words::count(usize::try_from(counts.total()).unwrap_or(0), "tenant")
                ));
            }
        }
        if let Some(next) = self.next() {
            out.remark(&next);
        }
        Ok(())
    }

    /// `migrated 49 of 50 tenants in 1.2 s, 1 failed (run 7)`
    fn summary(&self) -> String {
        let report = &self.report;
        if let Some(holder) = &report.left_to {
            return format!("left to another run: {}", printable(holder, false));
        }
        let run = report.run.map(|run| format!(" (run {run})")).unwrap_or_default();
        if report.template_error.is_some() {
            return format!("the template failed: no tenant was touched{run}");
        }
        let failed = report.failed().count();
        let total = report.tenants.len() + report.not_begun;
        let good = report.tenants.len() - failed;
        let took = words::duration(report.took);
        let whom = match (good == total, total, report.template.len()) {
            (true, 0, 1..) => "the template".to_owned(),
            (true, ..) => words::count(total, "tenant"),
            (false, ..) => format!("{good} of {}", words::count(total, "tenant")),
        };
        let mut summary = format!("{} {whom} in {took}", self.verb());
        for (number, what) in [
            (failed, "failed"),
            (report.not_begun, "not begun"),
            (self.view.retried.len(), "tried again"),
            (report.gone, "gone"),
        ] {
            if number > 0 {
                summary.push_str(&format!(", {number} {what}"));
            }
        }
        summary + &run
    }

    fn verb(&self) -> String {
        if self.view.direction != Some(Direction::Down) {
            return "migrated".to_owned();
        }
        let longest = self.report.tenants.iter().map(|tenant| &tenant.done).max_by_key(|done| done.len());
        let names = if self.report.template.is_empty() { longest } else { Some(&self.report.template) };
        match names.map(Vec::as_slice) {
            Some([one]) => format!("reverted {one} in"),
            Some(several @ [_, _, ..]) => format!("reverted {} in", words::count(several.len(), "migration")),
            Some([]) | None => "reverted".to_owned(),
        }
    }

    /// What to do next; nothing, when everything is done.
    fn next(&self) -> Option<String> {
        let run = self.report.run?;
        let resume = format!("`tenancy migrate --resume {run}` goes on with what is left");
        let some_failed = self.report.failed().next().is_some();
        match (self.report.state, &self.error) {
            (_, Some(_)) => Some(resume),
            (Some(RunState::Done) | None, None) => None,
            (Some(_), None) if some_failed => Some(format!(
                "`tenancy runs show {run} --failed` shows what failed; once that is mended, {resume}"
            )),
            (Some(RunState::Paused), None) => Some(resume),
            (Some(_), None) => Some(format!("once that is mended, {resume}")),
        }
    }
}
