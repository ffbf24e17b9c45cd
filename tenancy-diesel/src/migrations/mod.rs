//! Where migrations come from.
//!
//! * [`Migrations`]: nowhere, a directory in Diesel's format, or the program itself; and functions in Rust beside.
//! * [`RustMigration`]: a migration that is a function; it gets a [`MigrationContext`].
//! * [`Loaded`]: one of them, read: its text or its function. All workers share it.
//! * [`Recorder`](recorder::Recorder): how the text is had from Diesel, which shows it to a connection only.
//! * [`run_sql`]: how a text is run.

mod action;
mod context;
mod loaded;
#[cfg(test)]
mod loaded_tests;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod migrations;
mod recorder;
mod run;
mod rust_migration;

pub(crate) use action::{Action, Failure};
pub use context::MigrationContext;
pub(crate) use loaded::Loaded;
pub use migrations::Migrations;
pub(crate) use run::run_sql;
pub(crate) use run::{began_before, database_error};
pub use rust_migration::RustMigration;
