//! `tenancy create`

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, value_parser};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, ManyOptions, NewTenant};

use crate::context::Context;
use crate::create_many;
use crate::exit::{Outcome, Usage};
use crate::words;

/// Create a tenant: its row and its schema, cloned from the template, or nothing at all
#[derive(Debug, Args)]
#[command(after_help = "\
A file has a slug in each line, and a name behind a comma if there is to be one; blank lines and those that begin with \
`#` are passed over. All lines are looked at before the first tenant is created. What fails concerns that tenant only, \
and is listed at the end; the exit code is then 1. Ctrl-C finishes those that were begun and says where it stopped.

Examples:
  tenancy create acme
  tenancy create acme --name 'Acme, Inc.' --plan professional
  tenancy create --from-file slugs.txt --jobs 4
  generate-slugs | tenancy create --from-file - --if-not-exists --json")]
pub(crate) struct Create {
    /// What it is called in host names and here: a-z, 0-9 and _
    #[arg(required_unless_present = "from_file", conflicts_with = "from_file")]
    slug: Option<TenantSlug>,
    /// What people call it [default: the slug]
    #[arg(long, conflicts_with = "from_file")]
    name: Option<String>,
    /// The plan it pays for [default: free]
    #[arg(long)]
    plan: Option<String>,
    /// Do not compare the clone with the template afterwards
    #[arg(long)]
    no_proof: bool,
    /// Create every tenant that a file names; `-` for stdin
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
    /// How many tenants of a file at a time, each on a connection of its own [default: as many as processors]
    #[arg(long, value_name = "N", requires = "from_file", value_parser = value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// A tenant that exists is left as it is, and is no failure
    #[arg(long)]
    if_not_exists: bool,
}

impl Create {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let provisioner = context.tenancy.provisioner();
        let provisioner = if self.no_proof { provisioner.prove_clones(false) } else { provisioner };
        if let Some(file) = &self.from_file {
            let mut options = ManyOptions { if_not_exists: self.if_not_exists, ..ManyOptions::default() };
            if let Some(jobs) = self.jobs {
                options.jobs = usize::from(jobs);
            }
            return create_many::run(context, provisioner, file, &options, self.plan.as_deref());
        }
        // clap does not ask for an option that conflicts with an argument that was given.
        if self.jobs.is_some() {
            return Err(Usage::new("`--jobs` goes with `--from-file`").into());
        }
        let slug = self.slug.clone().ok_or_else(|| Usage::new("which tenant?"))?;
        let mut new = NewTenant::new(slug.clone());
        if let Some(name) = &self.name {
            new = new.name(name);
        }
        if let Some(plan) = &self.plan {
            new = new.plan(plan);
        }
        let began = Instant::now();
        let (tenant, verb) = match provisioner.create(&new) {
            Err(Error::AlreadyExists(_)) if self.if_not_exists => {
                (context.tenancy.registry().find_by_slug(&slug)?, "left as it is: ")
            }
            created => (created?, "created "),
        };
        context.out.result(&tenant, || {
            let schema = tenant.placement.schema().map(|schema| format!(" in schema `{schema}`"));
            let took = words::duration(began.elapsed());
            format!("{verb}tenant `{}`{} in {took}", tenant.slug, schema.unwrap_or_default())
        })?;
        Ok(Outcome::Fine)
    }
}
