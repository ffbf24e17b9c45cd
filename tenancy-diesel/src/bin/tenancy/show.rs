//! `tenancy show`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::Limits;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::{Tenant, TenantStatus};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::words;

/// Show one tenant, and which migrations it lacks
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  tenancy show acme")]
pub(crate) struct Show {
    /// The tenant
    slug: TenantSlug,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    tenant: Tenant,
    pending: Vec<String>,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let tenant = context.tenancy.registry().find_by_slug(&self.slug)?;
        // Nobody migrates what is being dropped.
        let pending = match tenant.status {
            TenantStatus::Dropping => Vec::new(),
            _ => {
                let only = Policy { only: vec![self.slug.clone()], ..Policy::default() };
                let plan = context.tenancy.fleet().plan(&only)?;
                plan.tenants().flat_map(|tenant| plan.needed_by(tenant)).map(|m| m.name.clone()).collect()
            }
        };
        let shown = Shown { tenant, pending };
        context.out.result(&shown, || text(&shown))?;
        Ok(Outcome::Fine)
    }
}

fn text(Shown { tenant, pending }: &Shown) -> String {
    let schema = tenant.placement.schema().map_or_else(|| "-".to_owned(), ToString::to_string);
    let pending = if pending.is_empty() { "-".to_owned() } else { pending.join("\n") };
    let limits = if tenant.limits == Limits::default() { "-".to_owned() } else { tenant.limits.to_string() };
    let mut table = output::bare();
    for (what, value) in [
        ("id", tenant.id.to_string()),
        ("slug", tenant.slug.to_string()),
        ("name", printable(&tenant.name, false)),
        ("status", tenant.status.to_string()),
        ("placement", tenant.placement.kind().to_owned()),
        ("schema", schema),
        ("plan", printable(&tenant.plan, false)),
        ("settings", printable(&tenant.settings.to_string(), false)),
        ("limits", limits),
        ("version", words::version(tenant.template_version.as_deref()).to_owned()),
        ("pending", pending),
        ("created", words::time(tenant.created_at)),
        ("updated", words::time(tenant.updated_at)),
    ] {
        table.add_row([what.to_owned(), value]);
    }
    output::lines(&mut table)
}
