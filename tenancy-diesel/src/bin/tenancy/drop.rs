//! `tenancy drop`

use std::io::{IsTerminal as _, stderr, stdin};

use clap::Args;
use dialoguer::Input;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::Tenant;

use crate::context::Context;
use crate::exit::{Outcome, Usage};
use crate::output::printable;

/// Drop a tenant: its row, its schema and everything in it
#[derive(Debug, Args)]
#[command(after_help = "\
Asks for the slug once more, unless --yes is given. Waits up to 10 s for sessions that are pinned to the \
tenant. `tenancy archive` keeps the data.

A schema that is too large to be dropped in one transaction is dropped in several: the tenant is not served from the \
first on, and a drop that was interrupted is continued by the same command.

Examples:
  tenancy drop acme
  tenancy drop acme --yes")]
pub(crate) struct Drop {
    /// The tenant
    slug: TenantSlug,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Drop {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        if !self.yes {
            if !(stdin().is_terminal() && stderr().is_terminal()) {
                let refusal =
                    "there is no terminal to ask on: pass `--yes` to drop the tenant without asking";
                return Err(Usage::new(refusal).into());
            }
            let tenant = context.tenancy.registry().find_by_slug(&self.slug)?;
            if !self.confirmed(&tenant)? {
                anyhow::bail!("that is not `{}`: nothing was dropped", self.slug);
            }
        }
        let tenant = context.tenancy.provisioner().drop(&self.slug)?;
        context.out.result(&tenant, || {
            let schema = tenant.placement.schema().map(|schema| format!(" and its schema `{schema}`"));
            format!("dropped tenant `{}`{}", tenant.slug, schema.unwrap_or_default())
        })?;
        Ok(Outcome::Fine)
    }

    fn confirmed(&self, tenant: &Tenant) -> anyhow::Result<bool> {
        let name = printable(&tenant.name, false);
        let schema = tenant.placement.schema().map(|schema| format!(", schema `{schema}`"));
        let prompt = format!(
            "tenant `{}` ({name}){} and all its data will be gone for good. Type its slug to go on",
            tenant.slug,
            schema.unwrap_or_default(),
        );
        let typed: String = Input::new().with_prompt(prompt).allow_empty(true).interact_text()?;
        Ok(typed.trim() == self.slug.as_str())
    }
}
