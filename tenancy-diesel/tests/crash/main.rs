//! A server that is killed in the middle of sign-ups: each leaves a whole tenant or nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what they share"
)]

#[path = "../support/dice.rs"]
mod dice;
mod fragile_server;
mod sign_ups;
