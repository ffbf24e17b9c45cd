//! Sessions against a real PostgreSQL: what the pin refuses, what the gate stops, and a storm.
//!
//! Each trap of Diesel, r2d2 and PostgreSQL is shown twice where that is cheap: on a bare connection, where it
//! is real, and through the guard, where it is gone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/dice.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod dice;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/world.rs"]
mod world;

mod bad_states;
mod crossing;
mod fairness;
mod fall_through;
mod faults;
mod ground;
mod instrumentation;
mod limits;
mod locks;
mod neighbours;
mod notes;
mod pins;
mod round_trips;
mod scoped;
mod slugs;
mod statements;
mod storm;
mod structure;
mod tenant_db;
mod types;
mod versions;
