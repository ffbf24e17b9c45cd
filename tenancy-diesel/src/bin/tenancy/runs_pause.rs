//! `tenancy runs pause`

use clap::Args;

use crate::context::Context;
use crate::exit::Outcome;
use crate::run_choice::RunChoice;
use crate::runs::Told;

/// Ask a run that is under way to pause
#[derive(Debug, Args)]
#[command(after_help = "\
Its runner, wherever it is, begins nothing new, finishes the transactions in flight, and ends. The run goes on with \
`tenancy migrate --resume`.

Example:
  tenancy runs pause latest")]
pub(crate) struct Pause {
    /// The run's number, or `latest`
    run: RunChoice,
}

impl Pause {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let runs = context.tenancy.runs();
        let run = runs.pause(self.run.find(runs)?.id)?;
        context.out.result(&Told::of(&run), || {
            format!(
                "asked run {} ({}) to pause: it stops after the transactions in flight",
                run.id, run.runner
            )
        })?;
        context.out.remark("`tenancy migrate --resume` goes on with it");
        Ok(Outcome::Fine)
    }
}
