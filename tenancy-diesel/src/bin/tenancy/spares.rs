//! `tenancy spares`

use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tenancy_diesel::{Spare, SpareStanding, SparesReport};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output;
use crate::words;

/// Keep clones of the template that wait for sign-ups, or show them
#[derive(Debug, Args)]
#[command(after_help = "\
A sign-up that finds a spare takes it over, which costs a rename, however large the template is. One of a template that \
has changed since is never handed out; --keep drops it and makes another. A service that is configured to keep spares \
does so by itself.

Examples:
  tenancy spares
  tenancy spares --keep 20
  tenancy spares --keep 0")]
pub(crate) struct Spares {
    /// Make so many, and drop those that are too many or of another template than today's
    #[arg(long, value_name = "N")]
    keep: Option<u16>,
}

/// What a machine is told of those there are.
#[derive(Serialize)]
struct Document<'a> {
    ready: usize,
    stale: usize,
    dropping: usize,
    spares: &'a [Spare],
}

impl Spares {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self.keep {
            Some(keep) => Self::keep(context, usize::from(keep)),
            None => Self::show(context),
        }
    }

    fn keep(context: &Context, keep: usize) -> anyhow::Result<Outcome> {
        let (began, mut told) = (Instant::now(), Instant::now());
        let report = context.tenancy.spares().keep(keep, |report| {
            if told.elapsed().as_secs() >= 5 {
                told = Instant::now();
                context.out.remark(&format!("{} of {keep} so far", report.ready));
            }
        })?;
        context.out.result(&report, || {
            let SparesReport { ready, made, dropped } = report;
            let took = words::duration(began.elapsed());
            format!("{} ready: {made} made, {dropped} dropped in {took}", words::count(ready, "spare"))
        })?;
        Ok(Outcome::Fine)
    }

    fn show(context: &Context) -> anyhow::Result<Outcome> {
        let spares = context.tenancy.spares().list()?;
        let count = |standing| spares.iter().filter(|spare| spare.standing == standing).count();
        let (ready, stale) = (count(SpareStanding::Ready), count(SpareStanding::Stale));
        let dropping = count(SpareStanding::Dropping);
        let document = Document { ready, stale, dropping, spares: &spares };
        context.out.result(&document, || {
            if spares.is_empty() {
                return String::new();
            }
            let mut table = output::table(["SPARE", "STANDING", "VERSION", "CREATED"]);
            for spare in &spares {
                table.add_row([
                    spare.schema.to_string(),
                    spare.standing.to_string(),
                    words::version(spare.version.as_deref()).to_owned(),
                    words::time(spare.created_at),
                ]);
            }
            output::lines(&mut table)
        })?;
        context.out.remark(&match (spares.len(), spares.len() - ready) {
            (0, _) => "no spares: `tenancy spares --keep 10` makes some".to_owned(),
            (_, 0) => format!("{} ready", words::count(ready, "spare")),
            (_, _) => format!(
                "{} ready, {} to be dropped by the next `tenancy spares --keep N`",
                words::count(ready, "spare"),
                stale + dropping
            ),
        });
        Ok(Outcome::Fine)
    }
}
