//! `tenancy archive`

use clap::Args;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;

/// Stop serving a tenant for good and keep its data
#[derive(Debug, Args)]
#[command(after_help = "\
It is migrated with the rest, and `tenancy activate` brings it back.

Example:
  tenancy archive acme")]
pub(crate) struct Archive {
    /// The tenant
    slug: TenantSlug,
}

impl Archive {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let tenant = context.tenancy.provisioner().archive(&self.slug)?;
        context.out.result(&tenant, || format!("tenant `{}` is {}", tenant.slug, tenant.status))?;
        Ok(Outcome::Fine)
    }
}
