//! Behind a real PgBouncer: what a pooler in transaction mode breaks, and that [`Scope::Transaction`] holds there.
//!
//! [`Scope::Transaction`]: tenancy_diesel::Scope::Transaction

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/dice.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod dice;
#[path = "../support/pgbouncer.rs"]
mod pgbouncer;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/world.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod world;

mod behind;
mod crossing;
mod detection;
mod interleaved;
mod operations;
mod refused;
mod round_trips;
mod session_scope;
mod settings;
mod storm;
mod tenant_db;
