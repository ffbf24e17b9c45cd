//! `tenancy unshare`

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::exit::Outcome;

/// Take back what `tenancy share` gave
#[derive(Debug, Args)]
#[command(after_help = "\
Tenants that have roles see nothing of a shared schema but what was shared one by one.

Examples:
  tenancy unshare public.countries")]
pub(crate) struct Unshare {
    /// The object with its schema, for example public.countries
    object: String,
}

#[derive(Serialize)]
struct Unshared<'a> {
    object: &'a str,
}

impl Unshare {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        context.tenancy.roles().unshare(&self.object)?;
        context.out.result(&Unshared { object: &self.object }, || {
            format!("`{}` is no longer shared with tenants", self.object)
        })?;
        Ok(Outcome::Fine)
    }
}
