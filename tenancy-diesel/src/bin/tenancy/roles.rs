//! `tenancy roles`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::{RoleStanding, TenantSlug};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;
use crate::words;

/// Show as whom each tenant's sessions act, or give every tenant a role
#[derive(Debug, Args)]
#[command(after_help = "\
A tenant's role may use its own schema and what was shared with all (`tenancy share`), and nothing else: SQL that
names another tenant's schema is refused by PostgreSQL. Without --apply and --admit nothing is changed, and the
command exits 1 while a tenant has no role, or owns less than its whole schema.

Examples:
  tenancy roles
  tenancy roles --apply                adopt tenants from before; repeat it whenever something is not in order
  tenancy roles --apply --only acme
  tenancy roles --admit app            let login `app` serve requests for all tenants
  tenancy roles --dismiss operator     `init` without --service-url takes the operator's login for the service's")]
pub(crate) struct RolesCommand {
    /// Set roles up, and give the template and every tenant what they lack
    #[arg(long)]
    apply: bool,
    /// With --apply: only this tenant; may be repeated
    #[arg(long, value_name = "SLUG", requires = "apply")]
    only: Vec<TenantSlug>,
    /// Let this login serve requests for all tenants
    #[arg(long, value_name = "LOGIN")]
    admit: Option<String>,
    /// Let this login serve requests no more
    #[arg(long, value_name = "LOGIN")]
    dismiss: Option<String>,
}

#[derive(Serialize)]
struct Report {
    tenants: Vec<RoleStanding>,
    failed: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    slug: TenantSlug,
    error: String,
}

impl RolesCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let roles = context.tenancy.roles();
        let mut failed = Vec::new();
        if self.apply {
            let total = if self.only.is_empty() { roles.standing()?.len() } else { self.only.len() };
            let mut progress = Progress::new(context.out, total);
            roles.apply(&self.only, |slug, result| {
                let error = result.err().map(ToString::to_string);
                progress.finished(slug, error.as_deref());
                failed.extend(error.map(|error| Failed { slug: slug.clone(), error }));
            })?;
            progress.end();
        }
        if let Some(login) = &self.admit {
            roles.admit(login)?;
            context
                .out
                .remark(&format!("login `{login}` may serve every tenant that has no login of its own"));
        }
        if let Some(login) = &self.dismiss {
            roles.dismiss(login)?;
            context.out.remark(&format!("login `{login}` serves tenants no more"));
        }
        let report = Report { tenants: roles.standing()?, failed };
        context.out.result(&report, || {
            let mut table = output::table(["TENANT", "ROLE", "LOGIN", "SCHEMA"]);
            for tenant in &report.tenants {
                let role = tenant.role.as_ref().map_or("-", |role| role.as_str());
                let login = tenant.login.as_ref().map_or("the service's", |login| login.as_str());
                let schema = if tenant.owned { "in order" } else { "not the owner's" };
                table.add_row([tenant.slug.as_str(), role, login, schema]);
            }
            if table.is_empty() { String::new() } else { output::lines(&mut table) }
        })?;
        let amiss = report.tenants.iter().filter(|tenant| tenant.role.is_none() || !tenant.owned).count();
        context.out.remark(&match (report.tenants.len(), amiss) {
            (0, _) => "no tenants yet: `tenancy create acme`".to_owned(),
            (all, 0) => format!("{}, all with a role", words::count(all, "tenant")),
            (all, amiss) => {
                format!("{amiss} of {} not in order: `tenancy roles --apply`", words::count(all, "tenant"))
            }
        });
        Ok(Outcome::of(report.failed.is_empty() && amiss == 0))
    }
}
