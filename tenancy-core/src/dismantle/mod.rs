//! In which steps a schema is dropped that holds more than one transaction can lock.
//!
//! `DROP SCHEMA .. CASCADE` locks every object that it drops until it commits, and PostgreSQL's lock table has a fixed
//! size. So a large schema is taken apart first, in transactions of bounded size.
//!
//! * [`Standing`]: an object that stands in the schema, and the statement that drops it.
//! * [`Tie`]: a row of `pg_depend` between two of them.
//! * [`plan`]: batches of statements, each with the locks that it takes.
//! * [`LockBudget`]: how many locks that may be.

mod budget;
mod graph;
mod plan;
mod standing;

pub use budget::LockBudget;
pub use plan::{Batch, plan};
pub use standing::{Key, Standing, Tie, TieKind};
