//! `tenancy rename`

use clap::Args;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;

/// Rename a tenant: its slug and its schema; its id stays
#[derive(Debug, Args)]
#[command(after_help = "\
Waits up to 10 s for sessions that are pinned to the tenant.

Example:
  tenancy rename acme acme_corp")]
pub(crate) struct Rename {
    /// The tenant
    slug: TenantSlug,
    /// Its new slug
    to: TenantSlug,
}

impl Rename {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let tenant = context.tenancy.provisioner().rename(&self.slug, &self.to)?;
        context.out.result(&tenant, || {
            let schema = tenant.placement.schema().map(|schema| format!(", schema `{schema}`"));
            format!("tenant `{}` is now `{}`{}", self.slug, tenant.slug, schema.unwrap_or_default())
        })?;
        Ok(Outcome::Fine)
    }
}
