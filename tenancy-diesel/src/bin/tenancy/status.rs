//! `tenancy status`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::{TemplateStanding, TenantStanding};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output;
use crate::words;

/// Show which version every tenant has and what it lacks
#[derive(Debug, Args)]
#[command(after_help = "\
Exits 0 also when migrations are pending, unless --check is given.

Examples:
  tenancy status
  tenancy status --pending
  tenancy status --check || tenancy migrate")]
pub(crate) struct Status {
    /// Exit 1 when the template or any tenant lacks a migration
    #[arg(long)]
    check: bool,
    /// Only what lacks a migration
    #[arg(long)]
    pending: bool,
}

#[derive(Serialize)]
struct Standing {
    template: TemplateStanding,
    tenants: Vec<TenantStanding>,
}

impl Status {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        let mut standing = Standing { tenants: fleet.status()?, template: fleet.template()? };
        let all = standing.tenants.len();
        let behind = standing.tenants.iter().filter(|tenant| !tenant.pending.is_empty()).count();
        if self.pending {
            standing.tenants.retain(|tenant| !tenant.pending.is_empty());
        }
        context.out.result(&standing, || {
            let mut table = output::table(["TENANT", "VERSION", "PENDING"]);
            let template = &standing.template;
            if !self.pending || !template.pending.is_empty() {
                let version = if template.exists { template.version.as_deref() } else { Some("missing") };
                table.add_row(["(template)", words::version(version), &pending(&template.pending)]);
            }
            for tenant in &standing.tenants {
                let version = words::version(tenant.version.as_deref());
                table.add_row([tenant.slug.as_str(), version, &pending(&tenant.pending)]);
            }
            if table.is_empty() { String::new() } else { output::lines(&mut table) }
        })?;
        let template_is_behind = !standing.template.pending.is_empty();
        context.out.remark(&match (all, behind) {
            (_, 0) if template_is_behind => "the template is to be migrated: `tenancy migrate`".to_owned(),
            (0, _) => "no tenants yet: `tenancy create acme`".to_owned(),
            (_, 0) => format!("{}, all up to date", words::count(all, "tenant")),
            _ => format!("{behind} of {} to migrate: `tenancy migrate`", words::count(all, "tenant")),
        });
        Ok(Outcome::of(!self.check || (behind == 0 && !template_is_behind)))
    }
}

/// How many, and which comes next.
fn pending(names: &[String]) -> String {
    match names {
        [] => "-".to_owned(),
        [one] => one.clone(),
        [next, rest @ ..] => format!("{next} and {} more", rest.len()),
    }
}
