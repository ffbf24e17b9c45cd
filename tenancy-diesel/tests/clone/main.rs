//! Clones of a template, compared with it by `pg_dump`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests, and what they share"
)]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod carried;
mod columns;
mod constraints;
mod fingerprint;
mod indexes;
mod inheritance;
mod partitions;
mod refused;
mod reparsed;
mod same;
mod sequences;
mod tables;
mod template;
mod triggers;
mod views;
mod words;
