//! `tenancy exec`

use clap::Args;
use serde_json::value::RawValue;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{ExecResult, ListTenants};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::progress::Progress;
use crate::words;

/// Run SQL in every tenant, each in a transaction of its own
#[derive(Debug, Args)]
#[command(after_help = "\
Names without a schema mean the tenant's own tables. A failure in one tenant changes nothing there and does not \
stop the others; the exit code is then 1. Suspended and archived tenants take part.

Mind your shell: quote the SQL, or at least `*`, `(` and `;`.

Examples:
  tenancy exec -- 'SELECT count(*) FROM tickets'
  tenancy exec --only acme -- \"UPDATE tickets SET status = 'closed' WHERE id = 7\"
  tenancy exec --json -- 'TABLE customers' | jq '.[] | {slug, rows}'")]
pub(crate) struct Exec {
    /// Only this tenant; may be given several times
    #[arg(long, value_name = "SLUG")]
    only: Vec<TenantSlug>,
    /// The SQL; several words are joined with blanks
    #[arg(required = true, value_name = "SQL")]
    sql: Vec<String>,
}

impl Exec {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let total = match self.only.len() {
            0 => context.tenancy.registry().list(&ListTenants::default())?.len(),
            some => some,
        };
        let mut progress = Progress::new(context.out, total);
        let results = context.tenancy.fleet().exec(&self.sql.join(" "), &self.only, |result| {
            progress.finished(&result.slug, result.error.as_deref());
        });
        progress.end();
        let results = results?;
        context.out.result(&results, || text(&results))?;
        let failed = results.iter().filter(|result| result.error.is_some()).count();
        context.out.remark(&match (results.len(), failed) {
            (0, _) => "no tenants yet: `tenancy create acme`".to_owned(),
            (all, 0) if results.iter().all(|result| result.rows.as_ref().is_some_and(Vec::is_empty)) => {
                format!("ran in {}, no rows", words::count(all, "tenant"))
            }
            (all, 0) => format!("ran in {}", words::count(all, "tenant")),
            (all, _) => {
                format!("ran in {} of {}, {failed} failed", all - failed, words::count(all, "tenant"))
            }
        });
        Ok(Outcome::of(failed == 0))
    }
}

/// One table for the whole fleet. The failures were told as they happened.
fn text(results: &[ExecResult]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in results.iter().flat_map(|result| &result.rows).flatten().flat_map(|row| row.columns()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !names.is_empty() {
        return rows(results, &names);
    }
    let counted = || results.iter().filter_map(|result| result.affected.map(|rows| (&result.slug, rows)));
    if counted().next().is_none() {
        return String::new();
    }
    let mut table = output::table(["TENANT", "ROWS"]);
    for (slug, rows) in counted() {
        table.add_row([slug.to_string(), rows.to_string()]);
    }
    output::lines(&mut table)
}

fn rows(results: &[ExecResult], names: &[&str]) -> String {
    let mut table = output::table(["TENANT"].into_iter().chain(names.iter().copied()));
    for result in results {
        for row in result.rows.iter().flatten() {
            let mut cells = vec![result.slug.to_string()];
            for name in names {
                let value = row.columns().find(|(column, _)| column == name).map(|(_, value)| value);
                cells.push(value.map_or_else(String::new, cell));
            }
            table.add_row(cells);
        }
    }
    output::lines(&mut table)
}

/// A text without its quotes, everything else as PostgreSQL's JSON has it.
fn cell(value: &RawValue) -> String {
    let text = value.get();
    match serde_json::from_str::<String>(text) {
        Ok(string) => printable(&string, false),
        Err(_) => printable(text, false),
    }
}
