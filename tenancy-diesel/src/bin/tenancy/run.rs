//! What `migrate` and `revert` have in common.

use clap::{Args, value_parser};
use tenancy_diesel::core::fleet::{ErrorBudget, Policy};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{FleetReport, RunOptions};

use crate::output::{Output, printable, say};
use crate::words;

/// How a run over the fleet goes about it.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// How many tenants at a time, each on a connection of its own [default: twice the processors]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only this tenant; may be given several times
    #[arg(long, value_name = "SLUG")]
    pub(crate) only: Vec<TenantSlug>,
    /// Go on with the other tenants when one fails (the default)
    #[arg(long, conflicts_with = "stop_at_failure")]
    keep_going: bool,
    /// Begin no further tenant once one failed
    #[arg(long)]
    stop_at_failure: bool,
}

impl Run {
    /// The same for the library's plans.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            only: self.only.clone(),
            budget: if self.stop_at_failure { ErrorBudget::ONE_FAILURE } else { ErrorBudget::default() },
            jobs: self.jobs.map(usize::from),
            ..Policy::default()
        }
    }

    /// The same for the library.
    pub(crate) fn options(&self) -> RunOptions {
        self.policy().into()
    }
}

/// `migrated 49 of 50 tenants in 1.2 s, 1 failed`
pub(crate) fn summary(report: &FleetReport, verb: &str) -> String {
    let failed = report.failed().count();
    let total = report.tenants.len() + report.not_begun;
    let good = report.tenants.len() - failed;
    let took = words::duration(report.took);
    let mut summary = if good == total {
        format!("{verb} {} in {took}", words::count(total, "tenant"))
    } else {
        format!("{verb} {good} of {} in {took}", words::count(total, "tenant"))
    };
    if failed > 0 {
        summary.push_str(&format!(", {failed} failed"));
    }
    if report.not_begun > 0 {
        summary.push_str(&format!(", {} not begun", report.not_begun));
    }
    summary
}

/// Tells what ended the run before everybody was begun: the template, or the database.
pub(crate) fn tell_what_stopped(out: Output, report: &FleetReport) {
    if out.is_json() {
        return;
    }
    if let Some(error) = &report.template_error {
        say(&format!("template: {}", printable(error, true)));
    }
    if let Some(error) = &report.stopped {
        say(&format!("stopped: {}", printable(error, true)));
    }
}
