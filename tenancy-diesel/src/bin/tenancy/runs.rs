//! `tenancy runs`

use chrono::Utc;
use clap::{Args, Subcommand, value_parser};
use serde::Serialize;
use tenancy_diesel::RunRecord;

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::runs_pause::Pause;
use crate::runs_prune::Prune;
use crate::runs_show::Show;
use crate::words;

/// List the runs of migrations over all tenants, show one, pause one, or forget old ones
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Every run is on record in the database: who began it, where it goes, and how each of its tenants fared. One whose process \
died is interrupted; it, and one that failed or was paused, goes on with `tenancy migrate --resume`, unless another run \
was begun since.

Examples:
  tenancy runs
  tenancy runs show latest --failed
  tenancy runs pause latest
  tenancy runs prune --older-than 90d
  tenancy runs --json | jq '.[0].counts'"
)]
pub(crate) struct RunsCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(i64).range(1..))]
    limit: i64,
}

#[derive(Debug, Subcommand)]
enum What {
    Show(Show),
    Pause(Pause),
    Prune(Prune),
}

/// A run, and what follows from what is on record.
#[derive(Serialize)]
pub(crate) struct Told<'a> {
    standing: &'static str,
    milliseconds: Option<i64>,
    #[serde(flatten)]
    run: &'a RunRecord,
}

impl<'a> Told<'a> {
    pub(crate) fn of(run: &'a RunRecord) -> Self {
        let took = run.took(Utc::now()).map(|took| took.num_milliseconds());
        Self { standing: run.standing(), milliseconds: took, run }
    }
}

impl RunsCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match &self.what {
            Some(What::Show(command)) => command.run(context),
            Some(What::Pause(command)) => command.run(context),
            Some(What::Prune(command)) => command.run(context),
            None => self.list(context),
        }
    }

    fn list(&self, context: &Context) -> anyhow::Result<Outcome> {
        let runs = context.tenancy.runs().list(Some(self.limit))?;
        let told: Vec<_> = runs.iter().map(Told::of).collect();
        context.out.result(&told, || text(&runs))?;
        match runs.first() {
            None => context.out.remark("no runs yet: `tenancy migrate` begins one"),
            Some(run) if run.is_resumable() => context.out.remark(&resumable(run)),
            Some(_) => {}
        }
        Ok(Outcome::Fine)
    }
}

/// What to do about a run that can be resumed.
pub(crate) fn resumable(run: &RunRecord) -> String {
    format!("run {} is {}: `tenancy migrate --resume` goes on with it", run.id, run.standing())
}

/// How long a run took, or a dash.
pub(crate) fn took(run: &RunRecord) -> String {
    let took = run.took(Utc::now()).and_then(|took| took.to_std().ok());
    took.map_or_else(|| "-".to_owned(), words::duration)
}

fn text(runs: &[RunRecord]) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let mut table =
        output::table(["RUN", "STATE", "DIRECTION", "TARGET", "DONE", "FAILED", "STARTED", "TOOK", "BY"]);
    for run in runs {
        table.add_row([
            run.id.to_string(),
            run.standing().to_owned(),
            run.direction.to_string(),
            printable(words::version(run.target()), false),
            format!("{}/{}", run.counts.done, run.counts.total()),
            run.counts.failed.to_string(),
            words::time(run.started_at),
            took(run),
            printable(&run.started_by, false),
        ]);
    }
    output::lines(&mut table)
}
