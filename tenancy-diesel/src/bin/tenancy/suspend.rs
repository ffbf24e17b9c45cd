//! `tenancy suspend`

use clap::Args;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;

/// Stop serving a tenant until it is activated again
#[derive(Debug, Args)]
#[command(after_help = "\
Sessions that are already pinned to it finish their work; every process refuses the next one. Its data stays, \
and it is migrated with the rest.

Example:
  tenancy suspend acme")]
pub(crate) struct Suspend {
    /// The tenant
    slug: TenantSlug,
}

impl Suspend {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let tenant = context.tenancy.provisioner().suspend(&self.slug)?;
        context.out.result(&tenant, || format!("tenant `{}` is {}", tenant.slug, tenant.status))?;
        Ok(Outcome::Fine)
    }
}
