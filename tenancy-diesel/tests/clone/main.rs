//! Clones of a template, compared with it by `pg_dump`.

#[path = "../support/mod.rs"]
mod support;

mod carried;
mod fingerprint;
mod refused;
mod template;
