//! `tenancy doctor`

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::exit::Outcome;
use crate::findings::{self, Document};
use crate::output::{printable, say};
use crate::words;

/// Look for what would let tenants' data mix or will fail one day, and say what mends it
#[derive(Debug, Args)]
#[command(after_help = "\
Looks at logins and roles, at who may do what, at schemas and rows, functions and views, and at the server. Takes the
same number of queries for ten tenants as for ten thousand, and changes nothing without --fix.

Exits 1 when anything critical or a warning was found; advice alone is fine.

Examples:
  tenancy doctor
  tenancy doctor --fix
  tenancy doctor --json | jq -r '.findings[].mend[]'")]
pub(crate) struct Doctor {
    /// Run the statements that only restore what this library made, each in a transaction, and look again
    #[arg(long)]
    fix: bool,
}

#[derive(Serialize)]
struct Treated<'a> {
    #[serde(flatten)]
    document: Document<'a>,
    fixed: &'a [String],
    failed: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Failed<'a> {
    statement: &'a str,
    error: &'a str,
}

impl Doctor {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // Without --service-url the login of the URL is an operator's.
        let doctor = match context.knows_the_service {
            true => context.tenancy.doctor(),
            false => context.tenancy.doctor().of_registered_logins(),
        };
        let diagnosis = doctor.examine()?;
        if !self.fix {
            context.out.result(&Document::of(&diagnosis), || findings::text(&diagnosis))?;
            return Ok(Outcome::of(diagnosis.is_healthy()));
        }
        let treatment = doctor.fix(&diagnosis)?;
        let treated = Treated {
            document: Document::of(&treatment.diagnosis),
            fixed: &treatment.fixed,
            failed: treatment.failed.iter().map(|(statement, error)| Failed { statement, error }).collect(),
        };
        if !context.out.is_json() {
            for Failed { statement, error } in &treated.failed {
                say(&format!("failed: {}: {}", printable(statement, false), printable(error, false)));
            }
        }
        context.out.result(&treated, || {
            let mut text = String::new();
            for statement in treated.fixed {
                text.push_str(&format!("fixed: {}\n", printable(statement, false)));
            }
            text.push_str(&findings::text(&treatment.diagnosis));
            text
        })?;
        context.out.remark(&format!("ran {}", words::count(treated.fixed.len(), "statement")));
        Ok(Outcome::of(treatment.diagnosis.is_healthy() && treated.failed.is_empty()))
    }
}
