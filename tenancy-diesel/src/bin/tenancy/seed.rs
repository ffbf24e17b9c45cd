//! `tenancy seed`

use clap::Args;
use tenancy_diesel::Seed;

use crate::context::Context;
use crate::exit::{Outcome, Usage};
use crate::output::{self, printable};
use crate::words;

/// List, add or remove tables of the template whose rows every new tenant starts with
#[derive(Debug, Args)]
#[command(after_help = "\
The rows are those that stand in the template when a tenant is created; tenants that exist are left as they are. \
Sequences of these tables go on where the template's stand.

Examples:
  tenancy seed
  tenancy seed plans countries
  tenancy seed --remove plans")]
pub(crate) struct SeedCommand {
    /// Tables of the template, without the schema; case matters. None: list the seeds
    tables: Vec<String>,
    /// These are to be seeds no more
    #[arg(long)]
    remove: bool,
}

impl SeedCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let seeds = context.tenancy.seeds();
        match (self.tables.as_slice(), self.remove) {
            ([], false) => {}
            ([], true) => return Err(Usage::new("which tables? name those to remove").into()),
            (tables, false) => seeds.add(tables)?,
            (tables, true) => seeds.remove(tables)?,
        }
        let list = seeds.list()?;
        context.out.result(&list, || text(&list))?;
        if list.is_empty() {
            context.out.remark("no seeds: new tenants start empty");
        }
        // A seed that is not there keeps everybody from signing up.
        Ok(Outcome::of(list.iter().all(|seed| seed.exists)))
    }
}

fn text(list: &[Seed]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut table = output::table(["TABLE", "SINCE", "IN THE TEMPLATE"]);
    for seed in list {
        table.add_row([
            printable(&seed.table, false),
            words::time(seed.added_at),
            if seed.exists { "yes" } else { "missing" }.to_owned(),
        ]);
    }
    output::lines(&mut table)
}
