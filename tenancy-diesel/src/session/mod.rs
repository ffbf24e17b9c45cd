//! Pin and gate: how a pooled connection becomes a tenant's and how it stops being one.
//!
//! * [`Session`]: a connection and what we know about it.
//! * [`SessionManager`]: makes sessions for r2d2, and runs the gate where r2d2 asks at check-in whether a
//!   connection is broken. A session becomes idle only when the gate let it through.
//! * [`Address`]: where sessions connect to, and as whom.
//! * [`Memory`](memory::Memory): whom a session's prepared statements fit.
//! * [`Watch`](watch::Watch): listens to Diesel's events for what the gate cannot ask the server.
//! * [`OwnTypes`](own_types::OwnTypes), [`Uneven`](uneven::Uneven): whose prepared statements fit nobody else.
//!
//! * [`transaction`]: the same for one transaction, where sessions are not ours ([`Scope::Transaction`]);
//!   [`Lookout`](lookout::Lookout) listens there.
//!
//! [`Scope::Transaction`]: tenancy_core::isolation::Scope::Transaction
//!
//! The order of a request is: check out, [`Session::pin`] (one round trip), the borrower's queries, answer,
//! [`Session::check_in`] (one round trip, after the answer). Nothing here knows what a pool is for; nothing
//! outside hands out a `PgConnection` of the tenants' pool.

mod address;
mod lookout;
mod manager;
mod memory;
mod own_types;
mod pin;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod session;
mod transaction;
mod uneven;
mod watch;

pub(crate) use address::Address;
pub(crate) use manager::SessionManager;
pub(crate) use session::{PinError, Session};
pub(crate) use transaction::Uncommitted;
