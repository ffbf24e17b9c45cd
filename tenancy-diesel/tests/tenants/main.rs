//! Tenants come, change, are migrated and go, against a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/world.rs"]
mod world;

mod changes_under_a_run;
mod copy;
mod create;
mod desk;
mod exec;
mod fleet;
mod install;
mod lifecycle;
mod newcomers;
mod outside_transactions;
mod seeds;
