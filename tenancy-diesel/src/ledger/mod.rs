//! The ledger of runs over the fleet, in the control plane (`tenancy.runs`, `tenancy.run_tenants`).
//!
//! * [`Runs`]: what operators and services read, and how they pause a run. [`RunRecord`], [`RunTenant`]: what they read.
//! * [`open`], [`reopen`], [`close`]: a run begins, goes on, ends. Its [`Hold`] is what belongs to it alone.
//! * [`enroll`]: the tenants of its plan. [`unfinished`](fn@unfinished): those that are still to be done.
//! * [`record`]: what was done to a group of them, in the transaction that did it; it fails when the run is another's.
//! * [`fail`], [`tried`], [`gone`], [`done_already`], [`template`]: what else there is to write down.
//!
//! A live run holds an advisory lock of its number ([`crate::locks::running`]). All of this is written as the operator's
//! login, on whatever path its session has.

mod counts;
mod enroll;
mod hold;
mod note;
mod open;
mod reading;
mod record;
mod run_record;
mod run_tenant;
mod runs;
#[cfg(all(test, feature = "embedded"))]
mod tests;
mod unfinished;

pub use counts::RunCounts;
pub(crate) use enroll::enroll;
pub(crate) use hold::Hold;
pub(crate) use note::{done_already, fail, gone, pause_requested, template, tried};
pub(crate) use open::{NewRun, close, latest_unfinished, open, paused, reopen};
pub(crate) use record::{Entry, Step, record};
pub use run_record::RunRecord;
pub use run_tenant::RunTenant;
pub use runs::Runs;
pub(crate) use unfinished::{Unfinished, unfinished};
