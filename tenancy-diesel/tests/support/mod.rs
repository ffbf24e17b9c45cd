//! What the tests against a real PostgreSQL share.

pub mod database;
pub mod dump;
