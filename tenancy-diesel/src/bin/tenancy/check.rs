//! `tenancy check`

use clap::{Args, value_parser};
use serde::Serialize;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::structure::Difference;
use tenancy_diesel::{Diagnosis, DriftOptions, DriftReport, Standing, TenantDrift};

use crate::context::Context;
use crate::exit::Outcome;
use crate::findings;
use crate::output::printable;
use crate::progress::Progress;
use crate::words;

/// Compare every tenant with its row, the template and the shared schemas
#[derive(Debug, Args)]
#[command(after_help = "\
First the part of `tenancy doctor` that is about tenants: rows without schemas and schemas without rows, what a tenant \
lacks of the template, and names that a shared schema has as well, so that a query on a missing table is answered from \
there without an error.

Then the drift: every tenant is compared with the template object by object, whatever the catalogues know of it (not \
rows, not where sequences stand). A tenant with other migrations than the template is shown and not compared.

Exits 1 when anything was found, or anybody drifted; being behind is neither.

With --json, `drift` holds `template`, `same` (how many are), `milliseconds` and `tenants`, all others: `slug`, `schema` \
and `standing`, which is `drifted` (with `differences`, see `tenancy diff --help`), `other_version` (with `pending` and \
`ahead`), `schema_missing` or `failed` (with `error`).

Examples:
  tenancy check
  tenancy check --only acme --only globex
  tenancy check --json | jq -r '.drift.tenants[] | select(.standing == \"drifted\") | .slug'")]
pub(crate) struct Check {
    /// Only the drift of this tenant; may be given several times
    #[arg(long, value_name = "SLUG", conflicts_with = "no_drift")]
    only: Vec<TenantSlug>,
    /// How many tenants at a time, each on a connection of its own [default: the processors]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Do not compare tenants with the template
    #[arg(long)]
    no_drift: bool,
}

/// What a machine is told.
#[derive(Serialize)]
struct Document<'a> {
    healthy: bool,
    #[serde(flatten)]
    diagnosis: Option<&'a Diagnosis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<&'a DriftReport>,
}

impl Check {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let diagnosis = match self.only.is_empty() {
            true => Some(context.tenancy.doctor().examine_tenants()?),
            false => None,
        };
        let drift = match self.no_drift {
            true => None,
            false => match (self.drift(context), &diagnosis) {
                // What keeps tenants from being compared is a finding already, mostly.
                (Err(error), Some(diagnosis)) if !diagnosis.is_healthy() => {
                    let error = context.explain(error);
                    context.out.remark(&format!("the drift could not be looked at: {error:#}"));
                    None
                }
                (drift, _) => Some(drift?),
            },
        };
        let healthy = diagnosis.as_ref().is_none_or(Diagnosis::is_healthy)
            && drift.as_ref().is_none_or(DriftReport::is_clean);
        let document = Document { healthy, diagnosis: diagnosis.as_ref(), drift: drift.as_ref() };
        context.out.result(&document, || {
            let mut text = diagnosis.as_ref().map(findings::text).unwrap_or_default();
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&drift.as_ref().map(told).unwrap_or_default());
            text
        })?;
        if let Some(slug) = drift.as_ref().and_then(one_that_differs) {
            let template = context.tenancy.naming().template();
            context.out.remark(&format!("`tenancy diff {template} {slug}` shows both sides"));
        }
        Ok(Outcome::of(healthy))
    }

    fn drift(&self, context: &Context) -> anyhow::Result<DriftReport> {
        let mut options = DriftOptions { only: self.only.clone(), ..DriftOptions::default() };
        if let Some(jobs) = self.jobs {
            options.jobs = usize::from(jobs);
        }
        let drift = context.tenancy.drift();
        let mut progress = Progress::new(context.out, drift.count(&options.only)?);
        let report = drift.check(&options, |tenant| progress.finished(&tenant.slug, None));
        progress.end();
        Ok(report?)
    }
}

/// How many differences of one tenant people are shown; machines get all.
const SHOWN: usize = 20;

fn told(report: &DriftReport) -> String {
    let mut text = String::new();
    for tenant in &report.tenants {
        let slug = &tenant.slug;
        match &tenant.standing {
            Standing::Drifted { differences } => {
                text.push_str(&format!("{slug} differs from {}:\n{}", report.template, list(differences)));
            }
            Standing::OtherVersion { pending, ahead } => {
                text.push_str(&format!("{slug} is {}: not compared\n", version(pending, ahead)));
            }
            Standing::SchemaMissing => {
                text.push_str(&format!("{slug}: schema `{}` does not exist\n", tenant.schema));
            }
            Standing::Failed { error } => text.push_str(&format!("{slug}: {}\n", printable(error, false))),
            // What a later version tells of.
            _ => {}
        }
    }
    let drifted = report.drifted().count();
    let sum = match drifted {
        0 => "no drift".to_owned(),
        drifted => format!("{} drifted", words::count(drifted, "tenant")),
    };
    let took = words::duration(report.took);
    text.push_str(&format!("{sum}: {} of {} the same as {}", report.same, of(report), report.template));
    match report.not_compared().count() {
        0 => {}
        others => text.push_str(&format!(", {others} at another version")),
    }
    text.push_str(&format!(", in {took}"));
    text
}

/// One that can be looked at: it has a schema, and that can be read.
fn one_that_differs(report: &DriftReport) -> Option<&TenantSlug> {
    let differs = |tenant: &&TenantDrift| matches!(tenant.standing, Standing::Drifted { .. });
    report.tenants.iter().find(differs).map(|tenant| &tenant.slug)
}

fn of(report: &DriftReport) -> String {
    words::count(report.same + report.tenants.len(), "tenant")
}

fn list(differences: &[Difference]) -> String {
    let mut text: String = differences
        .iter()
        .take(SHOWN)
        .map(|difference| format!("    {}\n", printable(&difference.to_string(), false)))
        .collect();
    if differences.len() > SHOWN {
        text.push_str(&format!("    and {} more (--json has all)\n", differences.len() - SHOWN));
    }
    text
}

/// `behind, 2 migrations pending`
fn version(pending: &[String], ahead: &[String]) -> String {
    match (pending.len(), ahead.len()) {
        (0, ahead) => format!("ahead, {} that the template lacks", words::count(ahead, "migration")),
        (pending, 0) => format!("behind, {} pending", words::count(pending, "migration")),
        (pending, ahead) => {
            format!(
                "behind, {} pending and {ahead} that the template lacks",
                words::count(pending, "migration")
            )
        }
    }
}
