//! The binary `tenancy`, used as an operator uses it: in a directory, against a database, by its exit codes and
//! what it prints.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "cli/support.rs"]
mod support;

#[path = "cli/create_many.rs"]
mod create_many;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/drift.rs"]
mod drift;
#[path = "cli/exec.rs"]
mod exec;
#[path = "cli/flow.rs"]
mod flow;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/limits.rs"]
mod limits;
#[path = "cli/lines.rs"]
mod lines;
#[path = "cli/migrate.rs"]
mod migrate;
#[path = "cli/migration.rs"]
mod migration;
#[path = "cli/policy.rs"]
mod policy;
#[path = "cli/progress.rs"]
mod progress;
#[path = "cli/revert.rs"]
mod revert;
#[path = "cli/roles.rs"]
mod roles;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/spares.rs"]
mod spares;
#[path = "cli/status.rs"]
mod status;
#[path = "cli/tenants.rs"]
mod tenants;
#[path = "cli/trial.rs"]
mod trial;
#[path = "cli/usage.rs"]
mod usage;
