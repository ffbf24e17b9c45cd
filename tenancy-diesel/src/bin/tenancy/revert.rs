//! `tenancy revert`

use std::io::{IsTerminal as _, stderr, stdin};

use clap::Args;
use dialoguer::Input;
use tenancy_diesel::{Revert, RevertPlan};

use crate::context::Context;
use crate::dry_run::{self, DryRun};
use crate::exit::{Outcome, Usage};
use crate::run::{Run, positive};
use crate::run_conduct::Conductor;
use crate::words;

/// Revert the newest migrations: in the template, and in every tenant that has them
#[derive(Debug, Args)]
#[command(after_help = "\
With --only, the template and the other tenants keep them. What a migration's down.sql drops is gone, so it asks first, \
unless --yes is given; without a terminal, --yes is needed.

A run that reverts is on record like one that migrates: Ctrl-C pauses it, and `tenancy migrate --resume` goes on with it. \
--json is as that of `tenancy migrate`. Exits 0 when everything is done, and 1 when anything failed or is left.

Examples:
  tenancy revert
  tenancy revert --steps 2 --dry-run
  tenancy revert --to 20261120000001 --yes
  tenancy revert --only acme")]
pub(crate) struct RevertCommand {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    run: Run,
    /// Print what there is to revert, and in which waves, and touch nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// How many migrations.
#[derive(Debug, Args)]
struct What {
    /// So many of the template's newest migrations [default: 1]
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "to")]
    steps: Option<usize>,
    /// Whatever is newer than this version; the name of its directory will do
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
}

impl RevertCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // Before the template is looked at.
        context.tenancy.check_ready()?;
        let fleet = context.tenancy.fleet();
        let what = match (&self.what.to, self.what.steps) {
            (Some(version), _) => {
                let catalog = fleet.catalog()?;
                let named = catalog.migrations().iter().find(|migration| migration.name == *version);
                Revert::To(named.map_or(version, |migration| &migration.version).clone())
            }
            (None, steps) => Revert::Steps(steps.unwrap_or(1)),
        };
        let policy = self.run.policy();
        let plan = fleet.plan_revert(&what, &policy)?;
        if self.dry_run {
            let template = if policy.only.is_empty() { plan.migrations } else { Vec::new() };
            let dry_run = DryRun::new(template, &plan.tenants);
            if dry_run.is_empty() {
                context.out.result(&dry_run, || "nothing to revert".to_owned())?;
            } else {
                dry_run.tell(context, "revert")?;
                dry_run::tell_of_idle_canaries(context, &policy, &plan.tenants);
            }
            return Ok(Outcome::Fine);
        }
        let needed = is_needed(&plan, self.run.policy.only.is_empty());
        if needed && !self.yes {
            ask(&plan, self.run.policy.only.is_empty(), "revert")?;
        }
        let conductor = Conductor::new(context)?;
        let options = self.run.options(&conductor.stop);
        dry_run::tell_of_idle_canaries(context, &policy, &plan.tenants);
        // What was shown, and nothing else.
        let what = Revert::Exactly(plan.versions.clone());
        let ended = conductor.conduct(|observer| match needed {
            true => fleet.revert(&what, &options, observer),
            false => Ok(tenancy_diesel::FleetReport::default()),
        });
        if ended.was_needless() && !context.out.is_json() {
            context.out.text("nothing to revert")?;
            return Ok(Outcome::Fine);
        }
        ended.tell(context, &conductor.lines)
    }
}

/// Whether anybody has anything of it.
pub(crate) fn is_needed(plan: &RevertPlan, whole_fleet: bool) -> bool {
    !plan.tenants.is_empty() || (whole_fleet && !plan.migrations.is_empty())
}

/// Asks whether `plan` is what is wanted.
///
/// # Errors
///
/// [`Usage`] when there is nobody to ask; that the answer was no.
pub(crate) fn ask(plan: &RevertPlan, whole_fleet: bool, verb: &str) -> anyhow::Result<()> {
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return Err(Usage::new(format!(
            "there is no terminal to ask on: pass `--yes` to {verb} without asking"
        ))
        .into());
    }
    let template = if whole_fleet { "the template and " } else { "" };
    let prompt = format!(
        "{verb} {} in {template}{}: what down.sql drops is gone for good. Type `yes` to go on",
        plan.migrations.join(", "),
        words::count(plan.tenants.len(), "tenant"),
    );
    let typed: String = Input::new().with_prompt(prompt).allow_empty(true).interact_text()?;
    match typed.trim() {
        "yes" | "y" => Ok(()),
        _ => anyhow::bail!("that is not `yes`: nothing was reverted"),
    }
}
