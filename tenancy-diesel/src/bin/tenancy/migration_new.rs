//! `tenancy migration new`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use clap::Args;
use serde::Serialize;
use tenancy_diesel::Migrations;
use tenancy_diesel::core::migration::{MigrationName, RUST_MARKER};

use crate::arguments::Global;
use crate::context::migrations_of;
use crate::exit::{Outcome, Usage};
use crate::output::Output;

/// Write the directory of a new migration
#[derive(Debug, Args)]
#[command(after_help = "\
Writes <date>-<time>_<name>/up.sql and down.sql, in Diesel's form. Names in them are without a schema: they mean the \
template's, and each tenant's own. What to leave out of them `tenancy migration lint` says.

A migration that is a function in Rust (`RustMigration`, registered with `Migrations::with`) gets a directory too, so \
that this program neither skips nor overtakes it.

Examples:
  tenancy migration new add_email
  tenancy migration new index_email --no-transaction     for CREATE INDEX CONCURRENTLY
  tenancy migration new backfill --rust")]
pub(crate) struct New {
    /// What it does: letters, digits, `_` and `-`
    name: String,
    /// Run it outside of a transaction
    #[arg(long)]
    no_transaction: bool,
    /// It is a function in Rust
    #[arg(long)]
    rust: bool,
}

#[derive(Serialize)]
struct Written {
    name: String,
    version: String,
    files: Vec<PathBuf>,
}

impl New {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let root = migrations_of(global)?;
        let name = self.choose(&root)?;
        let directory = root.join(name.as_str());
        fs::create_dir_all(&root).with_context(|| format!("make {}", root.display()))?;
        // Never into one that is there.
        fs::create_dir(&directory).with_context(|| format!("make {}", directory.display()))?;
        let mut files = Vec::new();
        for (file, text) in self.files() {
            let path = directory.join(file);
            fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
            files.push(path);
        }
        let out = Output::new(global.json);
        let written = Written { name: name.to_string(), version: name.version().to_owned(), files };
        out.result(&written, || written.files.iter().map(|file| format!("{}\n", file.display())).collect())?;
        if self.rust {
            let outside = if self.no_transaction { ".outside_transaction()" } else { "" };
            out.remark(&format!(
                "register it: Migrations::with(RustMigration::new(\"{name}\", |tenant| {{ .. Ok(()) }})?{outside})"
            ));
        }
        Ok(Outcome::Fine)
    }

    /// Its whole name: after all that are there, also if a clock was ahead.
    fn choose(&self, root: &Path) -> anyhow::Result<MigrationName> {
        let refuse = |text: String| -> anyhow::Error { Usage::new(text).into() };
        if MigrationName::parse(&self.name).is_ok() {
            return Err(refuse(format!("`{}` begins with a version: leave that out, it is made", self.name)));
        }
        let catalog = Migrations::directory(root)?.catalog()?;
        let same = |name: &str| name.split_once('_').is_some_and(|(_, rest)| rest == self.name);
        if let Some(there) = catalog.migrations().iter().find(|migration| same(&migration.name)) {
            return Err(refuse(format!(
                "`{}` is there already: {}",
                self.name,
                root.join(&there.name).display()
            )));
        }
        // To the second, as a version is.
        let mut at = DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or_default().naive_utc();
        if let Some(newest) = catalog.newest().and_then(time_of).filter(|newest| *newest >= at) {
            at = newest + TimeDelta::seconds(1);
        }
        let name = MigrationName::parse(&format!("{}_{}", at.format("%Y-%m-%d-%H%M%S"), self.name)).map_err(
            |_| {
                refuse(format!("`{}` is no name: letters, digits, `_` and `-`, as in `add_email`", self.name))
            },
        )?;
        if let Some(newest) = catalog.newest().filter(|newest| *newest >= name.version()) {
            return Err(refuse(format!(
                "version {newest} is there, and would come after this one ({}): name the directory by hand",
                name.version()
            )));
        }
        Ok(name)
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        let what = if self.no_transaction { "One statement, in" } else { "In" };
        let (up, down) = if self.rust {
            (format!("{RUST_MARKER}\n"), format!("{RUST_MARKER}\n"))
        } else {
            (
                format!("-- {what} every tenant; names without a schema are the tenant's.\n"),
                "-- Undoes up.sql.\n".to_owned(),
            )
        };
        let mut files = vec![("up.sql", up), ("down.sql", down)];
        if self.no_transaction {
            files.push(("metadata.toml", "run_in_transaction = false\n".to_owned()));
        }
        files
    }
}

/// The time that a version says, if it does.
fn time_of(version: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(version, "%Y%m%d%H%M%S").ok().filter(|_| version.len() == 14)
}
