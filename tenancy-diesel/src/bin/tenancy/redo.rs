//! `tenancy redo`

use std::cell::{Cell, RefCell};

use clap::Args;
use tenancy_diesel::core::fleet::Direction;
use tenancy_diesel::{FleetEvent, Redone, Revert};

use crate::context::Context;
use crate::exit::Outcome;
use crate::revert::{ask, is_needed};
use crate::run::{Run, positive};
use crate::run_conduct::Conductor;
use crate::run_lines::RunLines;
use crate::run_summary::Ended;

/// Revert the newest migrations and apply them again, as they are now
#[derive(Debug, Args)]
#[command(after_help = "\
For a migration that is still being written. Two runs over the template and every tenant that has it: the second begins when \
the first is a success, and goes as far as the template had come. What down.sql drops is gone, so it asks first, unless --yes \
is given; without a terminal, --yes is needed.

--json is as that of `tenancy migrate`; a report of each run comes last. Exits 0 when everything is done, and 1 when anything \
failed or is left.

Examples:
  tenancy redo
  tenancy redo --steps 2 --yes
  tenancy redo --only acme")]
pub(crate) struct Redo {
    /// So many of the template's newest migrations
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = positive)]
    steps: usize,
    #[command(flatten)]
    run: Run,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Redo {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // Before the template is looked at.
        context.tenancy.check_ready()?;
        let fleet = context.tenancy.fleet();
        let what = Revert::Steps(self.steps);
        let plan = fleet.plan_revert(&what, &self.run.policy())?;
        let whole_fleet = self.run.policy.only.is_empty();
        if !is_needed(&plan, whole_fleet) {
            let nothing = Ended::new(Ok(Default::default()), Default::default());
            return match context.out.is_json() {
                true => nothing.tell(context, &RunLines::new()),
                false => context.out.text("nothing to redo").map(|()| Outcome::Fine),
            };
        }
        if !self.yes {
            ask(&plan, whole_fleet, "redo")?;
        }
        // What was shown, and nothing else.
        let what = Revert::Exactly(plan.versions.clone());
        let conductor = Conductor::new(context)?;
        // The second run has a bar of its own.
        let (first, progress) = (Cell::new(None), RefCell::new(conductor.progress()));
        let result = fleet.redo(&what, &self.run.options(&conductor.stop), |event| {
            if matches!(event, FleetEvent::Begun { direction: Direction::Up, .. }) {
                first.set(Some(progress.replace(conductor.progress()).end()));
            }
            conductor.see(event, &progress.borrow());
        });
        let second = progress.into_inner().end();
        let (Redone { reverted, migrated }, first, second) = match (result, first.into_inner()) {
            (Ok(redone), Some(first)) => (redone, first, second),
            (Ok(redone), None) => (redone, second, Default::default()),
            (Err(error), _) => return Ended::new(Err(error), second).tell(context, &conductor.lines),
        };
        let outcome = Ended::new(Ok(reverted), first).tell(context, &conductor.lines)?;
        match migrated {
            Some(result) => Ended::new(result, second).tell(context, &conductor.lines),
            None => Ok(outcome),
        }
    }
}
