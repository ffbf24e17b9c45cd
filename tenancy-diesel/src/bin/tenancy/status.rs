//! `tenancy status`

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;
use tenancy_diesel::{RunRecord, TemplateStanding, TenantStanding};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::runs::{Told, resumable};
use crate::words;

/// With more tenants than these, people get numbers unless they ask for all.
const FEW: usize = 100;

/// Of a run that was begun before so many others, nobody wants to know.
const RECENT: i64 = 3;

/// Show which version every tenant has and what it lacks
#[derive(Debug, Args)]
#[command(after_help = "\
More than 100 tenants are counted by version, unless --all is given. Says so when a run is under way, or one can be resumed. \
Exits 0 also when migrations are pending, unless --check is given.

Examples:
  tenancy status
  tenancy status --pending --all
  tenancy status --json | jq -r '.tenants[] | select(.version != \"20261120000001\").slug'
  tenancy status --check || tenancy migrate")]
pub(crate) struct Status {
    /// Exit 1 when the template or any tenant lacks a migration
    #[arg(long)]
    check: bool,
    /// Only what lacks a migration
    #[arg(long)]
    pending: bool,
    /// A line for each tenant, however many there are
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
struct Standing<'a> {
    template: TemplateStanding,
    tenants: Vec<TenantStanding>,
    /// Those that are under way or can be resumed, newest first.
    runs: Vec<Told<'a>>,
}

impl Status {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        let (mut tenants, template) = (fleet.status()?, fleet.template()?);
        let mut runs = context.tenancy.runs().list(Some(RECENT))?;
        runs.retain(|run| run.alive || run.is_resumable());
        let all = tenants.len();
        let behind = tenants.iter().filter(|tenant| !tenant.pending.is_empty()).count();
        let template_is_behind = !template.pending.is_empty();
        if self.pending {
            tenants.retain(|tenant| !tenant.pending.is_empty());
        }
        let standing = Standing { template, tenants, runs: runs.iter().map(Told::of).collect() };
        context.out.result(&standing, || self.text(&standing))?;
        context.out.remark(&match (all, behind) {
            (_, 0) if template_is_behind => "the template is to be migrated: `tenancy migrate`".to_owned(),
            (0, _) => "no tenants yet: `tenancy create acme`".to_owned(),
            (_, 0) => format!("{}, all up to date", words::count(all, "tenant")),
            _ => format!("{behind} of {} to migrate: `tenancy migrate`", words::count(all, "tenant")),
        });
        for run in &runs {
            context.out.remark(&under_way(run));
        }
        Ok(Outcome::of(!self.check || (behind == 0 && !template_is_behind)))
    }

    fn text(&self, standing: &Standing<'_>) -> String {
        let template = &standing.template;
        let version = if template.exists { template.version.as_deref() } else { Some("missing") };
        let version = printable(words::version(version), false);
        let show_template = !self.pending || !template.pending.is_empty();
        let mut table = if standing.tenants.len() > FEW && !self.all {
            let mut alike: BTreeMap<(Option<&str>, &[String]), usize> = BTreeMap::new();
            for tenant in &standing.tenants {
                *alike.entry((tenant.version.as_deref(), &tenant.pending)).or_default() += 1;
            }
            let mut table = output::table(["VERSION", "TENANTS", "PENDING"]);
            if show_template {
                table.add_row([version.as_str(), "(template)", &pending(&template.pending)]);
            }
            for ((version, names), count) in alike.into_iter().rev() {
                let version = printable(words::version(version), false);
                table.add_row([version.as_str(), &count.to_string(), &pending(names)]);
            }
            table
        } else {
            let mut table = output::table(["TENANT", "VERSION", "PENDING"]);
            if show_template {
                table.add_row(["(template)", &version, &pending(&template.pending)]);
            }
            for tenant in &standing.tenants {
                let version = printable(words::version(tenant.version.as_deref()), false);
                table.add_row([tenant.slug.as_str(), &version, &pending(&tenant.pending)]);
            }
            table
        };
        if table.is_empty() { String::new() } else { output::lines(&mut table) }
    }
}

/// What to know of a run that is not over.
fn under_way(run: &RunRecord) -> String {
    if !run.alive {
        return resumable(run);
    }
    let (done, total) = (run.counts.done, usize::try_from(run.counts.total()).unwrap_or(0));
    let asked = if run.pause_requested { ", and is asked to pause" } else { "" };
    format!(
        "run {} is under way since {}{asked}: {done} of {} done, by {} (`tenancy runs show {}`)",
        run.id,
        words::time(run.started_at),
        words::count(total, "tenant"),
        printable(&run.runner, false),
        run.id,
    )
}

/// How many, and which comes next.
fn pending(names: &[String]) -> String {
    match names {
        [] => "-".to_owned(),
        [one] => one.clone(),
        [next, rest @ ..] => format!("{next} and {} more", rest.len()),
    }
}
