//! `tenancy diff`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::Side;
use tenancy_diesel::core::structure::{Change, Difference};

use crate::context::Context;
use crate::exit::{Outcome, Usage};
use crate::output::printable;

/// Compare two tenants, or a tenant with the template, object by object
#[derive(Debug, Args)]
#[command(after_help = "\
Everything that the catalogues know of a schema is compared: not rows, and not where sequences stand. A tenant's role is \
left out where it has exactly what tenancy grants it. Whatever migrations the two have, they are compared as they are.

Exits like diff(1): 0 when the two are the same, 1 when they differ, 2 on trouble.

With --json: `same`, and `differences`: `kind`, `name` and `change`, which is `missing` (only <A> has it), `extra` (only \
<B>) or `different`, with `properties`: `property`, `expected` (in <A>) and `found` (in <B>), null where there is none.

Examples:
  tenancy diff base_template acme
  tenancy diff acme globex --json | jq -r '.differences[].name'")]
pub(crate) struct Diff {
    /// A tenant's slug, or the template's name
    a: String,
    /// The other one
    b: String,
}

/// What a machine is told.
#[derive(Serialize)]
struct Document<'a> {
    same: bool,
    differences: &'a [Difference],
}

impl Diff {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // 1 means that they differ.
        self.compare(context).map_err(|error| {
            let error = context.explain(error);
            Usage::new(format!("{error:#}")).into()
        })
    }

    fn compare(&self, context: &Context) -> anyhow::Result<Outcome> {
        let (a, b) = (side(context, &self.a)?, side(context, &self.b)?);
        let differences = context.tenancy.drift().diff(&a, &b)?;
        let document = Document { same: differences.is_empty(), differences: &differences };
        context.out.result(&document, || differences.iter().map(|one| self.told(one)).collect())?;
        Ok(Outcome::of(differences.is_empty()))
    }

    fn told(&self, difference: &Difference) -> String {
        let object = printable(&difference.object.to_string(), false);
        let properties = match &difference.change {
            Change::Missing => return format!("{object}: only in {}\n", self.a),
            Change::Extra => return format!("{object}: only in {}\n", self.b),
            Change::Different { properties } => properties,
        };
        let mut text = format!("{object}:\n");
        for change in properties {
            text.push_str(&format!("    {}\n", change.property));
            for (sign, value) in [('-', &change.expected), ('+', &change.found)] {
                let value = value.as_deref().map_or("(none)".to_owned(), |value| printable(value, true));
                for line in value.lines() {
                    text.push_str(&format!("      {sign} {line}\n"));
                }
            }
        }
        text
    }
}

fn side(context: &Context, name: &str) -> anyhow::Result<Side> {
    if name == context.tenancy.naming().template().as_str() {
        return Ok(Side::Template);
    }
    Ok(Side::Tenant(name.parse()?))
}
