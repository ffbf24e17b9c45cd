//! Runs over the fleet under faults: killed, locked out, held up, cut off, raced, and fed with migrations that leave
//! everything behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::print_stderr, reason = "a failure is repeated with the seed that is told")]

#[path = "../tenants/desk.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod desk;
#[path = "../support/dice.rs"]
mod dice;
#[path = "../crash/fragile_server.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod fragile_server;
#[path = "../support/large.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod large_schemas;
#[path = "../support/locked.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod locked;
#[path = "../support/world.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod world;

mod broken;
mod changes;
mod concurrently;
mod groups;
mod kills;
mod locks;
mod order;
mod room;
mod runner;
mod runners;
mod terminated;
mod versions;
mod waves;
