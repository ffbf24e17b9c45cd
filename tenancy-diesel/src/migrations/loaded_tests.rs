//! What is read from directories, programs and functions.

use std::fs;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::{Action, Loaded, Migrations, RustMigration};
use crate::error::Error;
use tenancy_core::fleet::Direction;

const EMBEDDED: EmbeddedMigrations = embed_migrations!("../migrations/tenant");

/// A directory of migrations: name, up, down, metadata.
fn directory(migrations: &[(&str, &str, Option<&str>, Option<&str>)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, up, down, metadata) in migrations {
        let path = directory.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("up.sql"), up).unwrap();
        for (file, text) in [("down.sql", down), ("metadata.toml", metadata)] {
            if let Some(text) = text {
                fs::write(path.join(file), text).unwrap();
            }
        }
    }
    directory
}

fn load(directory: &tempfile::TempDir) -> Vec<Loaded> {
    Migrations::directory(directory.path()).unwrap().load().unwrap()
}

fn nothing(name: &str) -> RustMigration {
    RustMigration::new(name, |_| Ok(())).unwrap()
}

#[test]
fn the_text_of_a_migration_is_what_its_files_hold() {
    let text = "CREATE TABLE a (b text DEFAULT ';');\n-- COMMIT;\n";
    let files = directory(&[
        ("2026-02-01-000000_second", "SELECT 2", None, Some("run_in_transaction = false")),
        ("2026-01-01-000000_first", text, Some("DROP TABLE a"), None),
    ]);
    let loaded = load(&files);
    let names: Vec<_> =
        loaded.iter().map(|one| (one.version.as_str(), one.name.as_str(), one.transactional)).collect();
    assert_eq!(
        names,
        [
            ("20260101000000", "2026-01-01-000000_first", true),
            ("20260201000000", "2026-02-01-000000_second", false)
        ]
    );
    assert_eq!(
        (loaded[0].sql(Direction::Up), loaded[0].sql(Direction::Down)),
        (Some(text), Some("DROP TABLE a"))
    );
    assert_eq!((loaded[1].sql(Direction::Up), loaded[1].sql(Direction::Down)), (Some("SELECT 2"), None));
}

#[test]
fn the_text_of_an_embedded_migration_is_what_its_files_hold() {
    let files = Migrations::directory(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/tenant"))
        .unwrap()
        .load()
        .unwrap();
    let embedded = Migrations::embedded(EMBEDDED).load().unwrap();
    assert!(!files.is_empty() && files.len() == embedded.len());
    for (file, embedded) in files.iter().zip(&embedded) {
        assert_eq!(file.described(), embedded.described());
        for direction in [Direction::Up, Direction::Down] {
            assert!(file.sql(direction).is_some());
            assert_eq!(file.sql(direction), embedded.sql(direction));
        }
    }
}

#[test]
fn what_diesel_does_not_run_is_an_error_when_it_is_to_run() {
    let files = directory(&[("1_empty", "", Some(""), None), ("2_one_way", "SELECT 1", None, None)]);
    let loaded = load(&files);
    let refusal = |at: usize, direction| loaded[at].action(direction).unwrap_err().to_string();
    for direction in [Direction::Up, Direction::Down] {
        assert_eq!(
            refusal(0, direction),
            "migration 1_empty cannot be run: Attempted to run an empty migration."
        );
    }
    assert!(loaded[1].action(Direction::Up).is_ok());
    assert!(
        refusal(1, Direction::Down)
            .starts_with("migration 2_one_way cannot be run: it has no way down (down.sql")
    );
}

#[test]
fn a_function_takes_the_place_of_its_directory() {
    let files = directory(&[
        ("1_a", "SELECT 1", None, None),
        ("2_b", "-- tenancy: rust\n", Some("-- tenancy: rust\n"), None),
        ("3_c", "-- tenancy: rust\n", Some("SELECT 3"), Some("run_in_transaction = false")),
    ]);
    let without = load(&files);
    for direction in [Direction::Up, Direction::Down] {
        let error = without[1].action(direction).unwrap_err();
        assert!(matches!(&error, Error::MigrationElsewhere(name) if name == "2_b"), "{error}");
    }
    let migrations = Migrations::directory(files.path()).unwrap().with(nothing("3_c")).with(nothing("2_b"));
    let with = migrations.load().unwrap();
    let names: Vec<_> = with.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["1_a", "2_b", "3_c"]);
    assert!(matches!(with[1].action(Direction::Up), Ok(Action::Function(_))));
    assert!(with[1].action(Direction::Down).unwrap_err().to_string().contains("with_down"));
    assert!(matches!(with[2].action(Direction::Up), Ok(Action::Function(_))));
    assert_eq!(with[2].sql(Direction::Down), Some("SELECT 3"));
    assert!(with[1].transactional && !with[2].transactional);
    let undone = Migrations::directory(files.path()).unwrap().with(nothing("3_c").with_down(|_| Ok(())));
    assert!(matches!(undone.load().unwrap()[2].action(Direction::Down), Ok(Action::Function(_))));
}

#[test]
fn one_version_is_one_migration_wherever_it_comes_from() {
    let files = directory(&[("1_a", "SELECT 1", None, None), ("2_b", "-- tenancy: rust", None, None)]);
    for twice in [vec!["1_a"], vec!["1_other"], vec!["2_other"], vec!["2_b", "2_b"], vec!["3_c", "3_d"]] {
        let mut migrations = Migrations::directory(files.path()).unwrap();
        for name in &twice {
            migrations = migrations.with(nothing(name));
        }
        assert!(matches!(migrations.load(), Err(Error::Catalog(_))), "{twice:?}");
        assert!(matches!(migrations.catalog(), Err(Error::Catalog(_))), "{twice:?}");
    }
    assert!(matches!(RustMigration::new("backfill", |_| Ok(())), Err(Error::MigrationName(_))));
}

#[test]
fn a_directory_that_is_half_a_function_is_refused() {
    for (up, down, file) in [
        ("SELECT 1;\n-- tenancy: rust", None, "1_a/up.sql"),
        ("SELECT 1", Some("-- tenancy: rust"), "1_a/down.sql"),
    ] {
        let files = directory(&[("1_a", up, down, None)]);
        let error = Migrations::directory(files.path()).unwrap().load().unwrap_err().to_string();
        assert!(error.contains(file) && error.contains("-- tenancy: rust"), "{error}");
    }
}

#[test]
fn what_may_share_a_transaction_is_said() {
    let files = directory(&[
        ("1_a", "ALTER TABLE a ADD b int", None, None),
        ("2_b", "ALTER TABLE a ADD b int", None, Some("run_in_transaction = false")),
        ("3_c", "ALTER TABLE a ADD b int; UPDATE a SET b = 1", None, None),
    ]);
    let loaded = Migrations::directory(files.path()).unwrap().with(nothing("4_d")).load().unwrap();
    let alone: Vec<_> = loaded.iter().map(|one| one.stands_alone(Direction::Up).is_some()).collect();
    assert_eq!(alone, [false, true, true, true]);
}
