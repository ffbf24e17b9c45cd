//! `tenancy share`

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::exit::Outcome;

/// Let every tenant read a table, view or sequence of a shared schema
#[derive(Debug, Args)]
#[command(after_help = "\
Tenants that have roles see nothing of a shared schema but what was shared one by one.

Examples:
  tenancy share public.countries
  tenancy share public.feedback --write")]
pub(crate) struct Share {
    /// The object with its schema, for example public.countries
    object: String,
    /// Let them change its rows too
    #[arg(long)]
    write: bool,
}

#[derive(Serialize)]
struct Shared<'a> {
    object: &'a str,
    write: bool,
}

impl Share {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        context.tenancy.roles().share(&self.object, self.write)?;
        context.out.result(&Shared { object: &self.object, write: self.write }, || {
            let how = if self.write { "read and write" } else { "read" };
            format!("every tenant may {how} `{}`", self.object)
        })?;
        Ok(Outcome::Fine)
    }
}
