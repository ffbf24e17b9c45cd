//! The way to a pool's connections: who comes waits for its tenant's turn.
//!
//! * [`Turnstile`]: core's [`Turns`](tenancy_core::fairness::Turns) behind a lock. Who is served is woken, and nobody
//!   else.
//! * [`Arrival`]: one that waits, as a future or on a blocked thread. Dropping it gives up.
//! * [`Permit`]: the right to one connection, given back when it is dropped.

mod arrival;
mod permit;
mod sleeper;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod turnstile;

pub(crate) use arrival::{Arrival, InVain};
pub(crate) use permit::Permit;
pub(crate) use turnstile::Turnstile;
