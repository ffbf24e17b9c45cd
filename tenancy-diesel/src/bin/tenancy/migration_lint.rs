//! `tenancy migration lint`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tenancy_diesel::Migrations;
use tenancy_diesel::core::migration::lint::{Severity, Warning};
use tenancy_diesel::core::name::SchemaNaming;

use crate::arguments::Global;
use crate::context::migrations_of;
use crate::exit::{Outcome, Usage};
use crate::output::{Output, printable};
use crate::words;

/// Look for what hurts: locks, rewrites, other schemas, lost data, no way back
#[derive(Debug, Args)]
#[command(after_help = "\
Goes by the texts alone, needs no database and runs nothing. Errors fail, or reach beyond their tenant; warnings hold up \
requests, lose data or fail in some tenants; hints are right in many fleets. Exits 1 when it finds errors, with --strict \
also for warnings.

A comment in the migration silences one rule there; the reason is for whoever reads it:
  -- tenancy: allow drop-table: nothing has used it since release 7

Examples:
  tenancy migration lint
  tenancy migration lint 2026-03-01-000000_email --strict
  tenancy migration lint --json")]
pub(crate) struct Lint {
    /// Only these migrations, by name or version; all unless given
    #[arg(value_name = "MIGRATION")]
    only: Vec<String>,
    /// Exit 1 for warnings too
    #[arg(long)]
    strict: bool,
}

#[derive(Serialize)]
struct Document {
    migrations: usize,
    warnings: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    path: PathBuf,
    #[serde(flatten)]
    warning: Warning,
}

impl Lint {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let root = migrations_of(global)?;
        let naming = SchemaNaming::new(
            global.prefix.as_deref().unwrap_or(SchemaNaming::DEFAULT_PREFIX),
            global.template.as_deref().unwrap_or(SchemaNaming::DEFAULT_TEMPLATE),
        )
        .map_err(|error| Usage::new(error.to_string()))?;
        let migrations = Migrations::directory(&root)?;
        let chosen = self.choose(&migrations, &root)?;
        let document = Document {
            migrations: chosen.len(),
            // All are read: what was made earlier counts.
            warnings: migrations
                .lint(&naming)?
                .into_iter()
                .filter(|warning| chosen.contains(&warning.migration))
                .map(|warning| Told {
                    path: root.join(&warning.migration).join(warning.file.to_string()),
                    warning,
                })
                .collect(),
        };
        Output::new(global.json).result(&document, || text(&document, &root))?;
        let enough = if self.strict { Severity::Warning } else { Severity::Error };
        Ok(Outcome::of(document.warnings.iter().all(|told| told.warning.severity < enough)))
    }

    /// The names of those that were asked for.
    fn choose(&self, migrations: &Migrations, root: &Path) -> anyhow::Result<Vec<String>> {
        let catalog = migrations.catalog()?;
        let all = catalog.migrations();
        if self.only.is_empty() {
            return Ok(all.iter().map(|migration| migration.name.clone()).collect());
        }
        let find = |wanted: &String| {
            let found =
                all.iter().find(|migration| migration.name == *wanted || migration.version == *wanted);
            found.map(|migration| migration.name.clone()).ok_or_else(|| {
                Usage::new(format!("there is no migration `{wanted}` in {}", root.display())).into()
            })
        };
        self.only.iter().map(find).collect()
    }
}

fn text(document: &Document, root: &Path) -> String {
    let mut text = String::new();
    for Told { path, warning } in &document.warnings {
        let Warning { line, severity, rule, what, remedy, .. } = warning;
        let what = printable(what, false);
        text.push_str(&format!("{}:{line}: {severity}: {rule}: {what}\n    {remedy}\n", path.display()));
    }
    let count = |severity| document.warnings.iter().filter(|told| told.warning.severity == severity).count();
    let found: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")]
            .into_iter()
            .map(|(severity, one)| (count(severity), one))
            .filter(|(number, _)| *number > 0)
            .map(|(number, one)| words::count(number, one))
            .collect();
    let migrations = words::count(document.migrations, "migration");
    text.push_str(&match (document.migrations, found.is_empty()) {
        (0, _) => format!("there are no migrations in {}", root.display()),
        (_, true) => format!("{migrations}, nothing found"),
        (_, false) => format!("{} in {migrations}", found.join(", ")),
    });
    text
}
