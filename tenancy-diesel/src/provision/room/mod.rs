//! Whether a clone finds room in PostgreSQL's lock table.
//!
//! * [`Room`]: how many locks a clone takes, and how many there are.

#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod room;

pub(super) use room::Room;
