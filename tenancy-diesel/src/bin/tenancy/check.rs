//! `tenancy check`

use clap::Args;

use crate::context::Context;
use crate::exit::Outcome;
use crate::findings::{self, Document};

/// Compare every tenant with its row, the template and the shared schemas
#[derive(Debug, Args)]
#[command(after_help = "\
The part of `tenancy doctor` that is about tenants: rows without schemas and schemas without rows, what a tenant lacks
of the template, and names that a shared schema has as well, so that a query on a missing table is answered from there
without an error.

Exits 1 when anything was found.

Examples:
  tenancy check
  tenancy check --json | jq -r '.findings[].subjects[]'")]
pub(crate) struct Check {}

impl Check {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let diagnosis = context.tenancy.doctor().examine_tenants()?;
        context.out.result(&Document::of(&diagnosis), || findings::text(&diagnosis))?;
        Ok(Outcome::of(diagnosis.is_healthy()))
    }
}
