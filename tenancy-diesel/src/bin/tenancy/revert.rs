//! `tenancy revert`

use clap::Args;
use tenancy_diesel::{FleetEvent, Revert};

use crate::context::Context;
use crate::exit::Outcome;
use crate::progress::Progress;
use crate::run::{self, Run};

/// Revert the newest migration: in the template, and in every tenant that has it
#[derive(Debug, Args)]
#[command(after_help = "\
With --only, the template and the other tenants keep it. What the migration's down.sql drops is gone.

Examples:
  tenancy revert
  tenancy revert --only acme")]
pub(crate) struct RevertCommand {
    #[command(flatten)]
    run: Run,
}

impl RevertCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // Before the template is touched.
        context.tenancy.check_ready()?;
        let fleet = context.tenancy.fleet();
        let total = if self.run.only.is_empty() { fleet.status()?.len() } else { self.run.only.len() };
        let mut progress = Progress::new(context.out, total);
        let report = fleet.revert(&Revert::default(), &self.run.options(), |event| {
            if let FleetEvent::Tenant(tenant) = event {
                progress.finished(&tenant.slug, tenant.error.as_deref());
            }
        });
        progress.end();
        let report = report?;
        run::tell_what_stopped(context.out, &report);
        let name = report.template.first().or_else(|| report.tenants.iter().find_map(|t| t.done.first()));
        context.out.result(&report, || match name {
            _ if report.template_error.is_some() => "the template failed: no tenant was touched".to_owned(),
            Some(name) => run::summary(&report, &format!("reverted {name} in")),
            None if report.tenants.is_empty() => "nothing to revert".to_owned(),
            None => run::summary(&report, "reverted"),
        })?;
        Ok(Outcome::of(report.is_success()))
    }
}
