//! What in a migration hurts in production, or in a fleet of tenants.
//!
//! * [`lint`]: reads the migrations in order and gives [`Warning`]s.
//! * [`MigrationText`]: what is read. [`Rule`]: what is looked for. [`Severity`]: how much it matters.
//! * [`allowances`](allow): `-- tenancy: allow <rule>: <reason>` silences a rule in a migration.
//! * [`history`]: what earlier migrations, and earlier statements, made. [`rules`]: one file per subject.
//!
//! It goes by the text: what a `DO` block or a function does, and what type an unknown column had, it cannot know.

mod allow;
mod cursor;
mod history;
#[expect(clippy::module_inception, reason = "the file is named after its function")]
mod lint;
#[cfg(test)]
mod lint_tests;
mod reading;
mod rule;
mod rules;
mod severity;
mod text;
mod types;
mod warning;

pub use lint::lint;
pub use rule::Rule;
pub use severity::Severity;
pub use text::{File, MigrationText};
pub use warning::Warning;
