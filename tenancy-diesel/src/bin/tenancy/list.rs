//! `tenancy list`

use clap::Args;
use tenancy_diesel::ListTenants;
use tenancy_diesel::core::tenant::TenantStatus;

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::words;

/// List the tenants in alphabetical order
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenancy list
  tenancy list --status suspended
  tenancy list --json | jq -r '.[].slug'")]
pub(crate) struct List {
    /// Only those that are provisioning, active, suspended, archived or dropping
    #[arg(long)]
    status: Option<TenantStatus>,
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let page = ListTenants { status: self.status, ..ListTenants::default() };
        let tenants = context.tenancy.registry().list(&page)?;
        context.out.result(&tenants, || {
            if tenants.is_empty() {
                return String::new();
            }
            let mut table =
                output::table(["TENANT", "NAME", "STATUS", "PLAN", "SCHEMA", "VERSION", "CREATED"]);
            for tenant in &tenants {
                table.add_row([
                    tenant.slug.to_string(),
                    printable(&tenant.name, false),
                    tenant.status.to_string(),
                    printable(&tenant.plan, false),
                    tenant.placement.schema().map_or_else(|| "-".to_owned(), ToString::to_string),
                    words::version(tenant.template_version.as_deref()).to_owned(),
                    words::time(tenant.created_at),
                ]);
            }
            output::lines(&mut table)
        })?;
        if tenants.is_empty() {
            context.out.remark(&match self.status {
                Some(status) => format!("no tenant is {status}"),
                None => "no tenants yet: `tenancy create acme`".to_owned(),
            });
        }
        Ok(Outcome::Fine)
    }
}
