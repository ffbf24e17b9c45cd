//! `tenancy migrate`

use clap::Args;
use tenancy_diesel::core::fleet::{Canaries, Policy, RunId};
use tenancy_diesel::{FleetReport, SpareStanding};

use crate::context::Context;
use crate::dry_run::{self, DryRun};
use crate::exit::{Outcome, Usage};
use crate::run::Run;
use crate::run_conduct::Conductor;
use crate::trial::Trial;
use crate::words;

/// Bring the template and then every tenant up to date
#[derive(Debug, Args)]
#[command(after_help = "\
Tenants that need the same share a transaction; when it fails they are migrated one by one, so that only the guilty one \
fails. Each migration commits together with its bookkeeping, so a run may be interrupted anywhere: what is done stays done. \
Ctrl-C (and SIGTERM) finishes the transactions in flight and pauses the run; once more, and it stops at once. Only a \
migration with `run_in_transaction = false` in its metadata.toml can stop half-way.

When the template fails, no tenant is touched. Suspended and archived tenants are migrated too.

With --json, stdout has one object a line while the run goes on: `event` says what happened (waiting, begun, template, \
planned, wave, tenant, retry, gone, throttled, goes_on, ended), `at` when, in milliseconds since the start. The last line is \
the report: \"event\":\"report\". --dry-run prints one document.

Exits 0 when everything is done, and 1 when anything failed or is left.

A trial keeps nothing: each clone lives in one transaction that is rolled back. What PostgreSQL does not roll back is \
not undone either: values of sequences in shared schemas, files and programs, what functions do in other databases. \
Exits 1 when something failed or, with --reversible, is not reversible; what cannot be tried (CREATE INDEX \
CONCURRENTLY) is told and is no failure. With --json: `subjects`, each with `slug` (null: the template), `rows`, `error`, \
`not_tried` and `migrations`, with `changes` as `tenancy diff` has them (`extra` is new, `missing` is gone), \
`milliseconds` and `reversal`.

Examples:
  tenancy migrate --dry-run
  tenancy migrate --trial 5 --reversible
  tenancy migrate
  tenancy migrate --canaries 5 --pause-after-canaries --wave-size 500 --max-failure-percent 1
  tenancy migrate --resume
  tenancy migrate --only acme --only globex
  tenancy migrate --max-rate 50 --pause-when-p99 20ms --lock-timeout 500ms --group 1
  tenancy migrate --wait && ./serve
  tenancy migrate --json | jq -c 'select(.event == \"tenant\" and .error)'")]
pub(crate) struct Migrate {
    #[command(flatten)]
    run: Run,
    /// Go on with a run that was paused, failed or was interrupted, as it was begun [default: the latest of those]
    #[arg(long, value_name = "RUN", num_args = 0..=1, value_parser = run_number)]
    resume: Option<Option<RunId>>,
    /// Print what there is to do, and in which waves, and touch nothing
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
    #[command(flatten)]
    trial: Trial,
}

impl Migrate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        if self.trial.is_asked() {
            return self.trial.run(context, &self.run.policy().only);
        }
        match self.resume {
            _ if self.dry_run => self.plan(context),
            Some(run) => self.resume(context, run),
            None => self.migrate(context),
        }
    }

    fn plan(&self, context: &Context) -> anyhow::Result<Outcome> {
        let (fleet, policy) = (context.tenancy.fleet(), self.run.policy());
        let plan = fleet.plan(&policy)?;
        let dry_run = DryRun::new(fleet.template()?.pending, &plan);
        if dry_run.is_empty() {
            context.out.result(&dry_run, || nothing_to_do(context))?;
            return Ok(Outcome::Fine);
        }
        dry_run.tell(context, "apply")?;
        dry_run::tell_of_idle_canaries(context, &policy, &plan);
        Ok(Outcome::Fine)
    }

    fn migrate(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        let conductor = Conductor::new(context)?;
        let options = self.run.options(&conductor.stop);
        if matches!(options.policy.canaries, Canaries::Named(_)) {
            let plan = fleet.plan(&options.policy)?;
            if !plan.is_empty() {
                dry_run::tell_of_idle_canaries(context, &options.policy, &plan);
            }
        }
        let ended = conductor.conduct(|observer| fleet.migrate(&options, observer));
        if ended.was_needless() && !context.out.is_json() {
            context.out.text(&nothing_to_do(context))?;
            return Ok(Outcome::Fine);
        }
        let stale = stale_spares(context, &ended.report);
        let outcome = ended.tell(context, &conductor.lines)?;
        if let Some(stale) = stale? {
            context.out.remark(&stale);
        }
        Ok(outcome)
    }

    fn resume(&self, context: &Context, run: Option<RunId>) -> anyhow::Result<Outcome> {
        if (Policy { jobs: None, ..self.run.policy() }) != Policy::default() {
            return Err(Usage::new(
                "--resume goes on with a run as it was begun: only --jobs, --wait and --go-on can be given with it",
            )
            .into());
        }
        let conductor = Conductor::new(context)?;
        let options = self.run.options(&conductor.stop);
        let fleet = context.tenancy.fleet();
        conductor.conduct(|observer| fleet.resume(run, &options, observer)).tell(context, &conductor.lines)
    }
}

fn run_number(text: &str) -> Result<RunId, String> {
    text.parse().map_err(|_| "a run's number, as `tenancy runs` shows it".to_owned())
}

/// Says that spares are of the template as it was, if the run changed it.
fn stale_spares(context: &Context, report: &FleetReport) -> anyhow::Result<Option<String>> {
    if report.template.is_empty() || context.out.is_json() {
        return Ok(None);
    }
    let spares = context.tenancy.spares().list()?;
    let stale = spares.iter().filter(|spare| spare.standing != SpareStanding::Ready).count();
    Ok((stale > 0).then(|| {
        format!(
            "{} of the template as it was: a service that keeps spares replaces them, and so does `tenancy spares --keep N`",
            words::count(stale, "spare")
        )
    }))
}

/// Says why there is nothing to do: a wrong directory must not look like an up-to-date fleet.
fn nothing_to_do(context: &Context) -> String {
    let directory = context.migrations();
    // That they cannot be read would have been told before.
    let none = context.tenancy.fleet().catalog().is_ok_and(|catalog| catalog.migrations().is_empty());
    if !directory.is_dir() {
        format!("nothing to do: there are no migrations (no directory {})", directory.display())
    } else if none {
        format!("nothing to do: there are no migrations in {}", directory.display())
    } else {
        "nothing to do: everything is up to date".to_owned()
    }
}
