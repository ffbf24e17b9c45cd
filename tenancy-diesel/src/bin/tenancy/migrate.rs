//! `tenancy migrate`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::core::name::{SchemaName, TenantSlug};
use tenancy_diesel::{FleetEvent, SpareStanding};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;
use crate::run::{self, Run};
use crate::trial::Trial;
use crate::words;

/// Bring the template and then every tenant up to date
#[derive(Debug, Args)]
#[command(after_help = "\
Each migration of each tenant runs in a transaction of its own, so a run may be interrupted (Ctrl-C) or fail \
anywhere: what is done stays done, and the next run goes on with what is left. Only a migration with \
`run_in_transaction = false` in its metadata.toml can stop half-way.

When the template fails, no tenant is touched. Suspended and archived tenants are migrated too. Exits 1 when \
anything failed.

A trial keeps nothing: each clone lives in one transaction that is rolled back. What PostgreSQL does not roll back is \
not undone either: values of sequences in shared schemas, files and programs, what functions do in other databases. \
Exits 1 when something failed or, with --reversible, is not reversible; what cannot be tried (CREATE INDEX \
CONCURRENTLY) is told and is no failure. With --json: `subjects`, each with `slug` (null: the template), `rows`, `error`, \
`not_tried` and `migrations`, with `changes` as `tenancy diff` has them (`extra` is new, `missing` is gone), \
`milliseconds` and `reversal`.

Examples:
  tenancy migrate --dry-run
  tenancy migrate --trial 5 --reversible
  tenancy migrate --jobs 8
  tenancy migrate --only acme --only globex")]
pub(crate) struct Migrate {
    #[command(flatten)]
    run: Run,
    /// Print what there is to do and touch nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    trial: Trial,
}

/// What `--dry-run` prints.
#[derive(Serialize)]
struct Plan {
    template: Vec<String>,
    tenants: Vec<Planned>,
}

#[derive(Serialize)]
struct Planned {
    slug: TenantSlug,
    schema: SchemaName,
    pending: Vec<String>,
}

impl Migrate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        if self.trial.is_asked() {
            return self.trial.run(context, &self.run.only);
        }
        if self.dry_run { self.plan(context) } else { self.migrate(context) }
    }

    fn plan(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        let plan = fleet.plan(&self.run.policy())?;
        let tenants = plan.tenants().map(|tenant| Planned {
            slug: tenant.slug.clone(),
            schema: tenant.schema.clone(),
            pending: plan.needed_by(tenant).iter().map(|migration| migration.name.clone()).collect(),
        });
        let plan = Plan { template: fleet.template()?.pending, tenants: tenants.collect() };
        if plan.template.is_empty() && plan.tenants.is_empty() {
            return nothing_to_do(context, &plan, 0);
        }
        context.out.result(&plan, || {
            let mut table = output::table(["TENANT", "MIGRATION"]);
            for name in &plan.template {
                table.add_row(["(template)", name]);
            }
            for tenant in &plan.tenants {
                for name in &tenant.pending {
                    table.add_row([tenant.slug.as_str(), name]);
                }
            }
            output::lines(&mut table)
        })?;
        let steps: usize = plan.tenants.iter().map(|tenant| tenant.pending.len()).sum();
        context.out.remark(&format!(
            "dry run, nothing was changed: {} to apply in {}",
            words::count(steps, "migration"),
            words::count(plan.tenants.len(), "tenant")
        ));
        Ok(Outcome::Fine)
    }

    fn migrate(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        // Also what finds that there is no control plane, before the template is touched.
        let total = fleet.plan(&self.run.policy())?.len();
        let mut progress = Progress::new(context.out, total);
        let report = fleet.migrate(&self.run.options(), |event| {
            if let FleetEvent::Tenant(tenant) = event {
                progress.finished(&tenant.slug, tenant.error.as_deref());
            }
        });
        progress.end();
        let report = report?;
        if report.is_success() && report.tenants.is_empty() {
            tell_of_spares(context, report.template.len())?;
            return nothing_to_do(context, &report, report.template.len());
        }
        run::tell_what_stopped(context.out, &report);
        context.out.result(&report, || match &report.template_error {
            Some(_) => "the template failed: no tenant was touched".to_owned(),
            None => run::summary(&report, "migrated"),
        })?;
        tell_of_spares(context, report.template.len())?;
        if report.failed().next().is_some() {
            context.out.remark("once that is mended, `tenancy migrate` goes on with what is left");
        }
        Ok(Outcome::of(report.is_success()))
    }
}

/// Says that spares are of the template as it was, after `applied` migrations of it.
fn tell_of_spares(context: &Context, applied: usize) -> anyhow::Result<()> {
    if applied == 0 {
        return Ok(());
    }
    let spares = context.tenancy.spares().list()?;
    let stale = spares.iter().filter(|spare| spare.standing != SpareStanding::Ready).count();
    if stale > 0 {
        context.out.remark(&format!(
            "{} of the template as it was: a service that keeps spares replaces them, and so does `tenancy spares --keep N`",
            words::count(stale, "spare")
        ));
    }
    Ok(())
}

/// Says why there is nothing to do: a wrong directory must not look like an up-to-date fleet.
fn nothing_to_do(context: &Context, document: &impl Serialize, template: usize) -> anyhow::Result<Outcome> {
    let none = context.tenancy.fleet().catalog()?.migrations().is_empty();
    context.out.result(document, || {
        let directory = context.migrations();
        if !directory.is_dir() {
            format!("nothing to do: there are no migrations (no directory {})", directory.display())
        } else if none {
            format!("nothing to do: there are no migrations in {}", directory.display())
        } else if template > 0 {
            format!("applied {} to the template; no tenant lacks any", words::count(template, "migration"))
        } else {
            "nothing to do: everything is up to date".to_owned()
        }
    })?;
    Ok(Outcome::Fine)
}
