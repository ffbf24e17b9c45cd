//! `tenancy create --from-file`

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use tenancy_diesel::{CreateReport, Creation, ManyOptions, NewTenant, Provisioner};

use crate::context::Context;
use crate::exit::Outcome;
use crate::interrupt::interrupted;
use crate::output::{Output, printable, say};
use crate::progress::Progress;
use crate::{slugs, words};

/// Creates every tenant of a file.
pub(crate) fn run(
    context: &Context,
    provisioner: Provisioner<'_>,
    file: &Path,
    options: &ManyOptions,
    plan: Option<&str>,
) -> anyhow::Result<Outcome> {
    let mut tenants = slugs::read(file, context.tenancy.naming())?;
    if let Some(plan) = plan {
        tenants = tenants.into_iter().map(|new| new.plan(plan)).collect();
    }
    let interrupted = interrupted()?;
    let mut progress = Progress::new(context.out, tenants.len());
    let mut told = false;
    let report = create(context, provisioner, &tenants, options, &mut |slug, error| {
        progress.finished(slug, error);
        let stop = interrupted.load(Ordering::Relaxed);
        if stop && !std::mem::replace(&mut told, true) {
            progress.tell("finishing those that were begun (Ctrl-C once more to stop at once)");
        }
        if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.end();
    let report = report?;
    tell(context.out, &report);
    context.out.result(&report, || summary(&report))?;
    Ok(Outcome::of(report.is_success()))
}

fn create(
    context: &Context,
    provisioner: Provisioner<'_>,
    tenants: &[NewTenant],
    options: &ManyOptions,
    finished: &mut dyn FnMut(&tenancy_diesel::TenantSlug, Option<&str>) -> ControlFlow<()>,
) -> Result<CreateReport, tenancy_diesel::Error> {
    provisioner.create_many(tenants, options, |tenant| {
        if tenant.outcome == Creation::Existed {
            context.out.remark(&format!("{}: exists already, left as it is", tenant.slug));
        }
        finished(&tenant.slug, tenant.error.as_deref())
    })
}

/// What failed, once more at the end, and where it stopped.
fn tell(out: Output, report: &CreateReport) {
    if out.is_json() {
        return;
    }
    if let Some(error) = &report.stopped {
        say(&format!("stopped: {}", printable(error, true)));
    }
    let failed: Vec<_> = report.tenants.iter().filter(|tenant| tenant.error.is_some()).collect();
    if !failed.is_empty() {
        say(&format!("{} failed:", words::count(failed.len(), "tenant")));
    }
    for tenant in failed {
        say(&format!("  {}: {}", tenant.slug, printable(tenant.error.as_deref().unwrap_or_default(), true)));
    }
    if let Some(first) = report.not_begun.first() {
        say(&format!(
            "not begun: {} from `{first}` on; the same command with `--if-not-exists` goes on",
            words::count(report.not_begun.len(), "tenant")
        ));
    }
}

/// `created 49 of 50 tenants in 1.2 s, 1 failed`
fn summary(report: &CreateReport) -> String {
    let created = report.count(Creation::Created);
    let (existed, failed) = (report.count(Creation::Existed), report.count(Creation::Failed));
    let total = report.tenants.len() + report.not_begun.len();
    let took = words::duration(report.took);
    let mut summary = if created == total {
        format!("created {} in {took}", words::count(total, "tenant"))
    } else {
        format!("created {created} of {} in {took}", words::count(total, "tenant"))
    };
    for (number, what) in [(existed, "existed"), (failed, "failed"), (report.not_begun.len(), "not begun")] {
        if number > 0 {
            summary.push_str(&format!(", {number} {what}"));
        }
    }
    summary
}
