//! `tenancy create`

use std::time::Instant;

use clap::Args;
use tenancy_diesel::NewTenant;
use tenancy_diesel::core::name::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;
use crate::words;

/// Create a tenant: its row and its schema, cloned from the template, or nothing at all
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenancy create acme
  tenancy create acme --name 'Acme, Inc.' --plan professional")]
pub(crate) struct Create {
    /// What it is called in host names and here: a-z, 0-9 and _
    slug: TenantSlug,
    /// What people call it [default: the slug]
    #[arg(long)]
    name: Option<String>,
    /// The plan it pays for [default: free]
    #[arg(long)]
    plan: Option<String>,
    /// Do not compare the clone with the template afterwards
    #[arg(long)]
    no_proof: bool,
}

impl Create {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let mut new = NewTenant::new(self.slug.clone());
        if let Some(name) = &self.name {
            new = new.name(name);
        }
        if let Some(plan) = &self.plan {
            new = new.plan(plan);
        }
        let began = Instant::now();
        let provisioner = context.tenancy.provisioner();
        let provisioner = if self.no_proof { provisioner.prove_clones(false) } else { provisioner };
        let tenant = provisioner.create(&new)?;
        context.out.result(&tenant, || {
            let schema = tenant.placement.schema().map(|schema| format!(" in schema `{schema}`"));
            let took = words::duration(began.elapsed());
            format!("created tenant `{}`{} in {took}", tenant.slug, schema.unwrap_or_default())
        })?;
        Ok(Outcome::Fine)
    }
}
