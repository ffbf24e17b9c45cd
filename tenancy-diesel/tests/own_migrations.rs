//! What this project preaches: its own tenants' migrations have no warning.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;

use tenancy_diesel::Migrations;
use tenancy_diesel::core::name::SchemaNaming;

#[test]
fn the_projects_own_migrations_are_linted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for directory in ["migrations/tenant", "examples/quickstart/migrations"] {
        let migrations = Migrations::directory(root.join(directory)).unwrap();
        assert!(!migrations.catalog().unwrap().migrations().is_empty(), "{directory}");
        let warnings = migrations.lint(&SchemaNaming::default()).unwrap();
        assert!(warnings.is_empty(), "{directory}: {warnings:#?}");
    }
}

#[test]
fn a_fault_in_such_a_directory_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("1_a");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("up.sql"), "DROP TABLE t").unwrap();
    let warnings = Migrations::directory(directory.path()).unwrap().lint(&SchemaNaming::default()).unwrap();
    let rules: Vec<_> = warnings.iter().map(|warning| warning.rule.name()).collect();
    assert_eq!(rules, ["drop-table", "missing-down"]);
}
