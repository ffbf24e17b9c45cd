//! `tenancy clone`

use std::time::Instant;

use clap::Args;
use tenancy_diesel::TenantCopy;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;
use crate::{progress, words};

/// Create a tenant from a tenant: its schema as it is, and its data if asked for, or nothing at all
#[derive(Debug, Args)]
#[command(after_help = "\
The other tenant is served meanwhile; it cannot be migrated, renamed or dropped. The data is that of one moment. Plan \
and settings are copied, limits and logins are not.

Examples:
  tenancy clone acme acme_staging
  tenancy clone acme acme_rehearsal --with-data --name 'Acme, rehearsal'")]
pub(crate) struct Clone {
    /// The tenant that there is
    from: TenantSlug,
    /// What the new one is called in host names and here: a-z, 0-9 and _
    to: TenantSlug,
    /// Copy all rows too, and let sequences go on where they stand
    #[arg(long)]
    with_data: bool,
    /// What people call the new one [default: its slug]
    #[arg(long)]
    name: Option<String>,
}

impl Clone {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let mut copy = TenantCopy::new(self.to.clone()).with_data(self.with_data);
        if let Some(name) = &self.name {
            copy = copy.name(name);
        }
        let began = Instant::now();
        let spinner = progress::spinner(context.out, format!("cloning `{}` to `{}`", self.from, self.to));
        let result = context.tenancy.provisioner().clone_tenant(&self.from, &copy);
        spinner.finish_and_clear();
        let tenant = result?;
        context.out.result(&tenant, || {
            let schema = tenant.placement.schema().map(|schema| format!(" in schema `{schema}`"));
            let what = if self.with_data { "with its data" } else { "without its data" };
            let took = words::duration(began.elapsed());
            format!(
                "cloned tenant `{}` {what} to `{}`{} in {took}",
                self.from,
                tenant.slug,
                schema.unwrap_or_default()
            )
        })?;
        Ok(Outcome::Fine)
    }
}
