//! What a tenant is limited to.
//!
//! * [`Limits`]: how many connections, how long, how much memory and disk; as a row of the registry keeps them, and as
//!   settings of a session.
//! * [`TimeLimit`], [`SizeLimit`]: their values, as PostgreSQL writes them (`5s`, `64MB`).

#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod limits;
mod quantity;
mod size;
mod time;

pub use limits::Limits;
pub use quantity::BadLimit;
pub use size::SizeLimit;
pub use time::TimeLimit;
