//! `tenancy activate`

use clap::Args;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;

/// Serve a suspended or archived tenant again
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  tenancy activate acme")]
pub(crate) struct Activate {
    /// The tenant
    slug: TenantSlug,
}

impl Activate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let tenant = context.tenancy.provisioner().activate(&self.slug)?;
        context.out.result(&tenant, || format!("tenant `{}` is {}", tenant.slug, tenant.status))?;
        Ok(Outcome::Fine)
    }
}
