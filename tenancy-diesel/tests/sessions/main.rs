//! Sessions against a real PostgreSQL: what the pin refuses, what the gate stops, and a storm.
//!
//! Each trap of Diesel, r2d2 and PostgreSQL is shown twice where that is cheap: on a bare connection, where it
//! is real, and through the guard, where it is gone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/world.rs"]
mod world;

mod bad_states;
mod crossing;
mod fall_through;
mod faults;
mod ground;
mod instrumentation;
mod locks;
mod notes;
mod pins;
mod round_trips;
mod slugs;
mod statements;
mod storm;
mod tenant_db;
mod types;
mod versions;
