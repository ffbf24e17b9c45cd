//! The doctor against a real PostgreSQL: each fault is planted by itself in a healthy database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/proxy.rs"]
mod proxy;

mod costs;
mod examine;
mod faults;
mod fix;
mod patient;
mod planted;
mod servers;
