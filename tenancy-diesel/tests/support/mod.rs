//! What the tests against a real PostgreSQL share.

pub(crate) mod database;
pub(crate) mod dump;
