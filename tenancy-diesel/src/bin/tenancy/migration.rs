//! `tenancy migration`

use clap::Subcommand;

use crate::arguments::Global;
use crate::exit::Outcome;
use crate::migration_lint::Lint;
use crate::migration_new::New;

/// Write a new migration, or look for what hurts in those there are; needs no database
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  tenancy migration new add_email
  tenancy migration lint")]
pub(crate) enum Migration {
    New(New),
    Lint(Lint),
}

impl Migration {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        match self {
            Self::New(command) => command.run(global),
            Self::Lint(command) => command.run(global),
        }
    }
}
