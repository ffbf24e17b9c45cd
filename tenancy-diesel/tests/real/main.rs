//! Schemas of real applications, built from their published packages by `apply`, cloned and compared.
//!
//! Those from crates need nothing but Cargo. Those from Python and npm are left out, with a message, where these
//! programs are not there; with `TENANCY_REAL_SCHEMAS=all` that is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what they share"
)]

#[path = "../support/mod.rs"]
mod support;

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection as _;
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_diesel::blueprint::capture;
use tenancy_diesel::embedded::ServerBinaries;
use tenancy_diesel::{NewTenant, Tenancy};

use support::database::Database;
use support::dump;

/// `apply`'s exit code when a tool is not there.
const TOOL_MISSING: i32 = 77;

/// One at a time: they share what they downloaded.
static APPLYING: Mutex<()> = Mutex::new(());

/// A database with the schema of `application` in `base_template`, or nothing where its tools are not there.
fn template_of(application: &str) -> Option<Database> {
    let _turn = APPLYING.lock().unwrap_or_else(PoisonError::into_inner);
    let database = Database::fresh();
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real");
    let downloads = concat!(env!("CARGO_TARGET_TMPDIR"), "/real");
    let output = Command::new("sh")
        .args([&format!("{tests}/apply"), application, database.url(), downloads])
        .env("PSQL", ServerBinaries::find(None).unwrap().tool("psql"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(TOOL_MISSING) {
        assert!(std::env::var("TENANCY_REAL_SCHEMAS").as_deref() != Ok("all"), "{said}");
        eprintln!("SKIPPED: {said}");
        return None;
    }
    assert!(output.status.success(), "{application}: {said}{}", String::from_utf8_lossy(&output.stdout));
    Some(database)
}

/// Clones the template by its blueprint, and as a sign-up does, and compares.
fn clones_without_a_difference(application: &str) {
    let Some(database) = template_of(application) else { return };
    let mut conn = database.connect();
    let template = SchemaName::parse("base_template").unwrap();
    let blueprint = capture(&mut conn, &template).unwrap_or_else(|error| panic!("{application}: {error}"));
    let clone = SchemaName::parse("bare_clone").unwrap();
    let path = SharedSchemas::default().search_path(&clone);
    let script = blueprint.render_granting(&clone, &path, &Script::default());
    conn.batch_execute(&format!("BEGIN; {script} COMMIT"))
        .unwrap_or_else(|error| panic!("{application}: {error}"));
    // An application has tables; without any, the comparison would say nothing.
    assert!(dump::dump(&database, "base_template").len() > 5, "{application} has no schema");
    dump::assert_same(&database, "base_template", "bare_clone");

    let tenancy = Tenancy::builder().database_url(database.url()).build().unwrap();
    tenancy.init().unwrap();
    let tenant = tenancy.provisioner().create(&NewTenant::new("acme".parse().unwrap())).unwrap();
    assert_eq!(tenant.slug.as_str(), "acme");
}

#[test]
fn lemmy() {
    clones_without_a_difference("lemmy");
}

#[test]
fn atuin() {
    clones_without_a_difference("atuin");
}

#[test]
fn fang() {
    clones_without_a_difference("fang");
}

#[test]
fn sqlxmq() {
    clones_without_a_difference("sqlxmq");
}

#[test]
fn underway() {
    clones_without_a_difference("underway");
}

#[test]
fn apalis() {
    clones_without_a_difference("apalis");
}

#[test]
fn wagtail() {
    clones_without_a_difference("wagtail");
}

#[test]
fn oscar() {
    clones_without_a_difference("oscar");
}

#[test]
fn procrastinate() {
    clones_without_a_difference("procrastinate");
}

#[test]
fn graphile_worker() {
    clones_without_a_difference("graphile-worker");
}

#[test]
fn pg_boss() {
    clones_without_a_difference("pg-boss");
}
