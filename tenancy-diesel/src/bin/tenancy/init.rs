//! `tenancy init`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::TemplateStanding;

use crate::context::Context;
use crate::exit::Outcome;
use crate::words;

/// Install the control plane and build the template; again and again does no harm
#[derive(Debug, Args)]
#[command(after_help = "\
A template that was made by hand stays; a missing one is created. Pending migrations are applied to it. What a clone
of it would lose is an error; functions that name it so that nobody can tell what they mean are told.

Example:
  tenancy init --database-url postgres://localhost/app")]
pub(crate) struct Init {}

#[derive(Serialize)]
struct Initialized {
    control_plane: &'static str,
    template: TemplateStanding,
    applied: Vec<String>,
    undecided: Vec<String>,
}

impl Init {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let fleet = context.tenancy.fleet();
        let before = fleet.template()?;
        context.tenancy.init()?;
        let template = fleet.template()?;
        let applied =
            before.pending.into_iter().filter(|name| !template.pending.contains(name)).collect::<Vec<_>>();
        let undecided = context.tenancy.provisioner().examine_template()?;
        let undecided = undecided.iter().map(ToString::to_string).collect();
        let initialized = Initialized { control_plane: "tenancy", template, applied, undecided };
        context.out.result(&initialized, || {
            let Initialized { control_plane, template, applied, .. } = &initialized;
            let how = match (before.exists, applied.len()) {
                (false, 0) => "created, empty".to_owned(),
                (true, 0) => "already there, nothing to apply".to_owned(),
                (false, some) => format!("created, {} applied", words::count(some, "migration")),
                (true, some) => format!("{} applied", words::count(some, "migration")),
            };
            format!("control plane: schema `{control_plane}`\ntemplate: schema `{}`, {how}", template.schema)
        })?;
        for undecided in &initialized.undecided {
            context.out.remark(&format!("warning: {undecided}"));
        }
        if !before.exists && initialized.applied.is_empty() {
            context.out.remark(&format!(
                "every tenant will be a clone of the template: make its tables by hand, or write migrations in {}",
                context.migrations().display()
            ));
        }
        Ok(Outcome::Fine)
    }
}
