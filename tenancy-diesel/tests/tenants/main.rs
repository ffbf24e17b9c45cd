//! Tenants come, change, are migrated and go, against a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/large.rs"]
mod large_schemas;
#[path = "../support/locked.rs"]
mod locked;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/world.rs"]
mod world;

mod blockers;
mod changes_under_a_run;
mod clone_locks;
mod copy;
mod create;
mod desk;
mod drift;
mod exec;
mod fleet;
mod install;
mod invalid_indexes;
mod large;
mod ledger;
mod lifecycle;
mod lint_facts;
mod many;
mod newcomers;
mod outside_transactions;
mod proof;
mod redo;
mod rust_migrations;
mod seeds;
mod spares;
mod trial;
