//! The text of migrations: what is in it, before PostgreSQL sees it.
//!
//! * [`MigrationName`]: what it is called.
//! * [`Statements`]: the statements of a text; where a `;` ends one and where it does not.
//! * [`controls_transaction`], [`ends_transaction`]: whether a text begins or ends transactions itself.
//! * [`stands_alone`]: why a text must not share its transaction with other tenants.
//! * [`lint`]: what in it hurts in production.
//! * [`mentions`]: whether a text names something.
//! * [`is_in_rust`]: whether a text only stands for a function in Rust.

mod alone;
mod control;
pub mod lint;
mod mentions;
mod name;
mod rust;
mod statement;
mod statements;

pub use alone::{Alone, stands_alone};
pub use control::{controls_transaction, ends_transaction};
pub use mentions::mentions;
pub use name::{MigrationName, MigrationNameError};
pub use rust::{RUST_MARKER, StrayMarker, is_in_rust};
pub use statement::Statement;
pub use statements::{Statements, Unterminated};
