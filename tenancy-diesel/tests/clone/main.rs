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
mod fingerprint;
mod refused;
mod reparsed;
mod rows;
mod template;
mod words;
