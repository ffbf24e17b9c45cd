//! How a schema is dropped, however large it is.
//!
//! * [`Survey`]: how many locks it takes, and what outside of it stands in the way.
//! * [`batches`]: the statements that take it apart, in transactions of bounded size.

mod batches;
mod survey;

pub(super) use batches::batches;
pub(super) use survey::Survey;

/// Common table expressions: what would be dropped.
pub(super) const TAKEN: &str = include_str!("taken.sql");
