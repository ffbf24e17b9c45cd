//! What holds for any input: no input changes the structure of a statement, and no request names a tenant that it
//! does not name.
//!
//! Every property is checked for the inputs in `tests/corpus`, then for those that once failed
//! (`tests/proptest-regressions`), then for as many random ones as `PROPTEST_CASES` says, 1,000 unless it is set.
//! SQL is read back by a [`lexer`] of its own, so that the quoting is not checked by itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod blueprints;
mod bodies;
mod conninfo;
mod corpus;
mod hand;
mod headers;
mod hosts;
mod inputs;
mod lexer;
mod lexer_tests;
mod migrations;
mod plans;
mod quoting;
mod shapes;
mod slugs;
