//! The Rocket adapter: who is asking, what is answered, and what a request leaves behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod isolation;
mod launch;
mod statuses;
mod support;
