//! `tenancy migrate --trial`

use clap::Args;
use tenancy_diesel::core::fleet::Migration;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::structure::{Change, Difference};
use tenancy_diesel::{MigrationTrial, Reversal, SubjectTrial, TrialOptions, TrialReport, TrialTenants};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::printable;
use crate::words;

/// What a trial does.
#[derive(Debug, Args)]
#[command(next_help_heading = "Trial")]
pub(crate) struct Trial {
    /// Apply what is pending to clones of the template and of N tenants (3 unless said; or those of --only), say what
    /// that changes, and roll back
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "3", conflicts_with_all = ["dry_run", "resume"])]
    trial: Option<usize>,
    /// Also revert and apply again: whatever down does not undo is named
    #[arg(long, requires = "trial")]
    reversible: bool,
    /// Clone the structure only: quicker, and blind to what fails on rows
    #[arg(long, requires = "trial")]
    without_rows: bool,
}

impl Trial {
    /// Whether one was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.trial.is_some()
    }

    /// Runs it, on clones of `only` if any are named.
    pub(crate) fn run(&self, context: &Context, only: &[TenantSlug]) -> anyhow::Result<Outcome> {
        let tenants = match self.trial {
            _ if !only.is_empty() => TrialTenants::Only(only.to_vec()),
            Some(count) => TrialTenants::Sample(count),
            None => TrialTenants::Sample(0),
        };
        let options = TrialOptions { tenants, with_rows: !self.without_rows, reversible: self.reversible };
        let report = context.tenancy.trial().run(&options, |subject| {
            let verdict = if subject.is_success() { "fine" } else { "failed" };
            context.out.remark(&format!("{}: {verdict} in {}", name(subject), words::duration(subject.took)));
        })?;
        let catalog = context.tenancy.fleet().catalog()?;
        context.out.result(&report, || told(&report, catalog.migrations()))?;
        Ok(Outcome::of(report.is_success()))
    }
}

fn name(subject: &SubjectTrial) -> &str {
    subject.slug.as_ref().map_or("(template)", TenantSlug::as_str)
}

/// Everything, for people.
fn told(report: &TrialReport, catalog: &[Migration]) -> String {
    if report.subjects.is_empty() {
        let none = if catalog.is_empty() { "there are no migrations" } else { "everything is up to date" };
        return format!("nothing to try: {none}");
    }
    let subjects = report.subjects.iter().enumerate();
    let mut text: String =
        subjects.map(|(place, subject)| of_subject(subject, &report.subjects[..place])).collect();
    let failed = report.subjects.iter().filter(|subject| !subject.is_success()).count();
    text.push_str(&format!(
        "tried on {} in {}, {failed} failed; nothing was kept",
        words::count(report.subjects.len(), "clone"),
        words::duration(report.took)
    ));
    text
}

/// `before` are those that were told of.
fn of_subject(subject: &SubjectTrial, before: &[SubjectTrial]) -> String {
    let mut text = name(subject).to_owned();
    if let Some(rows) = subject.rows {
        text.push_str(&format!(", {rows} row{}", if rows == 1 { "" } else { "s" }));
    }
    text.push_str(&format!(", {}\n", words::duration(subject.took)));
    subject.migrations.iter().for_each(|migration| text.push_str(&of_migration(migration, before)));
    if let Some(not_tried) = &subject.not_tried {
        let names = not_tried.migrations.join(", ");
        text.push_str(&format!("  not tried: {names}: {}\n", printable(&not_tried.reason, false)));
    }
    if let Some(error) = &subject.error {
        text.push_str(&format!("  failed: {}\n", printable(error, true).replace('\n', "\n    ")));
    }
    text.push('\n');
    text
}

fn of_migration(migration: &MigrationTrial, before: &[SubjectTrial]) -> String {
    let mut text = format!("  {}, {}\n", migration.name, words::duration(migration.took));
    let is_same = |other: &MigrationTrial| {
        (&other.name, &other.changes, &other.reversal)
            == (&migration.name, &migration.changes, &migration.reversal)
    };
    if let Some(other) = before.iter().find(|subject| subject.migrations.iter().any(is_same)) {
        text.push_str(&format!("    the same as in {}\n", name(other)));
        return text;
    }
    migration.changes.iter().for_each(|change| text.push_str(&of_change(change, "    ", "new", "gone")));
    if migration.changes.is_empty() {
        text.push_str("    changes rows at most\n");
    }
    if let Some(reversal) = &migration.reversal {
        text.push_str(&of_reversal(reversal));
    }
    text
}

fn of_reversal(reversal: &Reversal) -> String {
    if reversal.is_exact() {
        return "    down undoes it, and up again makes the same\n".to_owned();
    }
    let mut text = String::new();
    for (differences, what) in [
        (&reversal.left, "down leaves another structure"),
        (&reversal.again, "up again makes another structure"),
    ] {
        if !differences.is_empty() {
            text.push_str(&format!("    NOT REVERSIBLE: {what}\n"));
            differences
                .iter()
                .for_each(|one| text.push_str(&of_change(one, "      ", "too much", "missing")));
        }
    }
    if let Some(error) = &reversal.error {
        text.push_str(&format!("    NOT REVERSIBLE: {}\n", printable(error, true).replace('\n', "\n      ")));
    }
    text
}

/// As `tenancy diff` words it: `-` is before, `+` is after.
fn of_change(difference: &Difference, indent: &str, extra: &str, missing: &str) -> String {
    let object = printable(&difference.object.to_string(), false);
    let properties = match &difference.change {
        Change::Extra => return format!("{indent}{object}: {extra}\n"),
        Change::Missing => return format!("{indent}{object}: {missing}\n"),
        Change::Different { properties } => properties,
    };
    let mut text = format!("{indent}{object}:\n");
    for change in properties {
        text.push_str(&format!("{indent}  {}\n", change.property));
        for (sign, value) in [('-', &change.expected), ('+', &change.found)] {
            let value = value.as_deref().map_or("(none)".to_owned(), |value| printable(value, true));
            for line in value.lines() {
                text.push_str(&format!("{indent}    {sign} {line}\n"));
            }
        }
    }
    text
}
