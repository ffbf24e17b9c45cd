//! Attacks: what PostgreSQL itself refuses a tenant's session, and where that ends.
//!
//! Each attack is shown to succeed without its defence (`TenantRoles::Off`, a shared login), and to fail with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../support/world.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod world;

mod attacks;
mod copies;
mod dedicated;
mod deployments;
mod grants;
mod house;
mod ledger;
mod lifecycle;
mod owners;
mod rights;
mod shards;
mod spares;
mod trial;
