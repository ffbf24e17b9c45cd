//! The kit for embedding services: a clean service passes with every kind of fault, and each way to leak that we
//! could think of is reported. A detector that cannot fail is worthless.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod clean;
mod ground;
mod leaks;
mod leaks_of_tasks;
mod leaks_under_faults;
mod unproved;
