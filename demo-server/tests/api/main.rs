//! The demo through its HTTP interface, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod admin;
mod desk;
mod health;
mod isolation;
mod signup;
mod support;
