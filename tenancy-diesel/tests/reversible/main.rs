//! Every migration of the project: up, down, up gives the database that up gave, and down the one before, by what
//! `pg_dump` says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "not all of it in every suite")]
mod support;

use std::path::{Path, PathBuf};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};

use tenancy_diesel::{NewTenant, Tenancy};

use support::database::Database;
use support::dump;

fn of_the_project(directory: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(directory);
    assert!(path.is_dir(), "{}", path.display());
    path
}

/// The whole database.
fn state(database: &Database) -> Vec<String> {
    dump::entries(database, &[])
}

#[track_caller]
fn assert_same(expected: &[String], found: &[String], migration: &str, what: &str) {
    let lost: Vec<_> = expected.iter().filter(|entry| !found.contains(entry)).collect();
    let added: Vec<_> = found.iter().filter(|entry| !expected.contains(entry)).collect();
    let text = |entries: &[&String]| entries.iter().map(|entry| format!("{entry}\n")).collect::<String>();
    assert!(
        lost.is_empty() && added.is_empty() && expected.len() == found.len(),
        "{migration}: {what}\nLOST\n{}\nADDED\n{}",
        text(&lost),
        text(&added)
    );
}

/// Applies what is in `directory` one by one, each of them twice. `between` is done before each is reverted.
fn prove(directory: &Path, schema: &str, between: impl Fn(&mut PgConnection)) -> usize {
    let database = Database::fresh();
    let mut conn = database.connect();
    let migrations = || FileBasedMigrations::from_path(directory).unwrap();
    conn.batch_execute(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema}, pg_temp")).unwrap();
    // Makes Diesel's own table.
    let count = conn.pending_migrations(migrations()).unwrap().len();
    for _ in 0..count {
        let before = state(&database);
        let name = conn.run_next_migration(migrations()).unwrap().to_string();
        let after = state(&database);
        between(&mut conn);
        conn.revert_last_migration(migrations()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_same(&before, &state(&database), &name, "down does not undo up");
        conn.run_next_migration(migrations()).unwrap_or_else(|error| panic!("{name} again: {error}"));
        assert_same(&after, &state(&database), &name, "the second up is not the first");
    }
    assert!(!conn.has_pending_migration(migrations()).unwrap());
    // And all the way back.
    conn.revert_all_migrations(migrations()).unwrap();
    conn.run_pending_migrations(migrations()).unwrap();
    count
}

#[test]
fn every_migration_of_the_demo_can_be_undone() {
    let sql = "INSERT INTO customers (name, email) VALUES ('a', 'a@b.c')";
    assert!(
        prove(&of_the_project("migrations/tenant"), "base_template", |conn| conn.batch_execute(sql).unwrap())
            > 0
    );
}

#[test]
fn every_migration_of_the_quickstart_can_be_undone() {
    assert!(prove(&of_the_project("examples/quickstart/migrations"), "base_template", |_| {}) > 0);
}

#[test]
fn every_migration_of_the_control_plane_can_be_undone() {
    assert!(prove(&of_the_project("migrations/registry"), "tenancy", |_| {}) > 0);
}

/// With roles, grants and rows: what only `tenancy init` makes, it makes again. (Without the migration that brings roles,
/// nothing remembers which ones were made.)
#[test]
fn a_control_plane_in_use_is_the_same_after_down_and_init() {
    let migrations = || FileBasedMigrations::from_path(of_the_project("migrations/registry")).unwrap();
    for reverted in 1.. {
        let database = Database::fresh();
        let tenancy = Tenancy::builder().database_url(database.url()).build().unwrap();
        database
            .connect()
            .batch_execute("CREATE SCHEMA base_template; CREATE TABLE base_template.notes (id int)")
            .unwrap();
        tenancy.init().unwrap();
        for slug in ["acme", "globex"] {
            tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
        }
        let mut conn = database.connect();
        conn.batch_execute("SET search_path TO tenancy, pg_temp").unwrap();
        let newest = conn.applied_migrations().unwrap();
        if newest.len() - reverted < 2 {
            assert!(reverted > 3);
            break;
        }
        let before = state(&database);
        for _ in 0..reverted {
            conn.revert_last_migration(migrations()).unwrap();
        }
        tenancy.init().unwrap();
        let told = format!("the newest {reverted}, with {}", newest[0]);
        assert_same(&before, &state(&database), &told, "down and `tenancy init` do not give what was there");
        let acme = tenancy.tenant(&"acme".parse().unwrap()).unwrap();
        tenancy.connect(&acme).unwrap().batch_execute("INSERT INTO notes VALUES (1)").unwrap();
    }
}

#[test]
fn what_a_down_leaves_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let migration = directory.path().join("2026-01-01-000000_a");
    std::fs::create_dir(&migration).unwrap();
    std::fs::write(migration.join("up.sql"), "CREATE TABLE a (id int); CREATE TABLE b (id int)").unwrap();
    std::fs::write(migration.join("down.sql"), "DROP TABLE a").unwrap();
    let proof = std::panic::catch_unwind(|| prove(directory.path(), "base_template", |_| {}));
    let said = proof.unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert!(
        said.contains("down does not undo up") && said.contains("CREATE TABLE base_template.b"),
        "{said}"
    );
}
