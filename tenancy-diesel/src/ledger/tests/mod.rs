//! The ledger against a real PostgreSQL, as a runner calls it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod ground;
mod records;
mod runners;
