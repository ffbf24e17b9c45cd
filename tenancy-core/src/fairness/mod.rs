//! Whose turn it is when tenants share connections.
//!
//! * [`Turns`]: who holds how many, who waits, and who is served next. Plain data: the shell wakes those it names.
//! * [`Ticket`]: one that waits.
//! * [`default_cap`]: how many connections of a pool one tenant may hold unless somebody says otherwise.

mod cap;
mod ticket;
mod turns;

pub use cap::default_cap;
pub use ticket::Ticket;
pub use turns::Turns;
