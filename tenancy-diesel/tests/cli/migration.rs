use std::fs;

use crate::support::Operator;

/// The one directory in migrations/tenant whose name ends so.
fn made(operator: &Operator, name: &str) -> std::path::PathBuf {
    let found: Vec<_> = fs::read_dir(operator.path().join("migrations/tenant"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(&format!("_{name}")))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn read(directory: &std::path::Path, file: &str) -> String {
    fs::read_to_string(directory.join(file)).unwrap()
}

#[test]
fn a_new_migration_is_written_and_runs() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    let ran = operator.without_url(&["migration", "new", "add_email"]);
    let directory = made(&operator, "add_email");
    let name = directory.file_name().unwrap().to_str().unwrap();
    assert_eq!(ran.ok(), format!("migrations/tenant/{name}/up.sql\nmigrations/tenant/{name}/down.sql\n"));
    assert!(!directory.join("metadata.toml").exists());
    fs::write(directory.join("up.sql"), "ALTER TABLE tickets ADD COLUMN email text").unwrap();
    assert!(operator.tenancy("migrate").ok().starts_with("migrated 1 tenant"));
    // 2026-03-01-120000_add_email
    let version = name.split_once('_').unwrap().0;
    assert!(version.len() == 17 && version.matches('-').count() == 3, "{name}");
}

#[test]
fn a_migration_outside_of_transactions_and_one_in_rust_say_so() {
    let operator = Operator::new();
    operator.without_url(&["migration", "new", "index", "--no-transaction"]).ok();
    let index = made(&operator, "index");
    assert_eq!(read(&index, "metadata.toml"), "run_in_transaction = false\n");
    let ran = operator.without_url(&["migration", "new", "backfill", "--rust"]);
    assert!(
        ran.ok().contains("_backfill/up.sql") && ran.stderr.contains("RustMigration::new(\"2"),
        "{ran:?}"
    );
    let backfill = made(&operator, "backfill");
    assert_eq!(read(&backfill, "up.sql"), "-- tenancy: rust\n");
    assert_eq!(read(&backfill, "down.sql"), "-- tenancy: rust\n");
    assert!(index.file_name() < backfill.file_name(), "made later, run later, also within one second");
}

#[test]
fn a_new_migration_comes_after_all_that_are_there() {
    let operator = Operator::new();
    let ahead = operator.path().join("migrations/tenant/2999-12-31-235959_from_the_future");
    fs::create_dir_all(&ahead).unwrap();
    fs::write(ahead.join("up.sql"), "SELECT 1").unwrap();
    let ran = operator.without_url(&["migration", "new", "next", "--json"]);
    ran.ok();
    let document = ran.json();
    assert_eq!(document["name"], "3000-01-01-000000_next");
    assert_eq!(document["version"], "30000101000000");
    assert_eq!(document["files"][1], "migrations/tenant/3000-01-01-000000_next/down.sql");
    let odd = operator.path().join("migrations/tenant/99999999999999999_odd");
    fs::rename(&ahead, &odd).unwrap();
    let ran = operator.without_url(&["migration", "new", "later"]);
    assert!(ran.failed(2).contains("99999999999999999"), "{ran:?}");
}

#[test]
fn a_name_that_is_bad_or_taken_is_refused_and_nothing_written() {
    let operator = Operator::new();
    operator.without_url(&["migration", "new", "email"]).ok();
    for (name, said) in [
        ("email", "is there already"),
        ("a b", "is no name"),
        ("../x", "is no name"),
        ("", "is no name"),
        ("é", "is no name"),
        ("20260101_x", "begins with a version"),
    ] {
        let ran = operator.without_url(&["migration", "new", name]);
        assert!(ran.failed(2).contains(said), "{name}: {ran:?}");
    }
    assert_eq!(fs::read_dir(operator.path().join("migrations/tenant")).unwrap().count(), 1);
    let ran = operator.without_url(&["migration", "new", "x", "--migrations", "nowhere"]);
    assert!(ran.failed(2).contains("there is no directory `nowhere`"), "{ran:?}");
}

#[test]
fn lint_says_where_what_and_what_to_do() {
    let operator = Operator::new();
    operator.migration(1, "first", "CREATE TABLE t (a int);\nCREATE INDEX ON t (a);", "DROP TABLE t");
    assert_eq!(operator.without_url(&["migration", "lint"]).ok(), "1 migration, nothing found\n");
    operator.migration(2, "hint", "CREATE INDEX t_a_idx ON t (a)", "DROP INDEX t_a_idx");
    operator.migration(3, "warning", "SELECT 1;\nALTER TABLE t DROP COLUMN a", "ALTER TABLE t ADD a int");
    let ran = operator.without_url(&["migration", "lint"]);
    let lines: Vec<_> = ran.ok().lines().collect();
    assert_eq!(lines.len(), 5, "{ran:?}");
    assert!(lines[0].starts_with(
        "migrations/tenant/2026-11-20-000002_hint/up.sql:1: hint: index-locks-writes: nobody can write to `t`"
    ));
    assert!(lines[2].starts_with(
        "migrations/tenant/2026-11-20-000003_warning/up.sql:2: warning: drop-column: column `a`"
    ));
    assert!(lines[3].starts_with("    its values are gone in every tenant"));
    assert_eq!(lines[4], "1 warning, 1 hint in 3 migrations");
    // Warnings are failures when one wants them to be; hints never.
    assert_eq!(operator.without_url(&["migration", "lint", "--strict"]).code, 1);
    operator.without_url(&["migration", "lint", "--strict", "2026-11-20-000002_hint"]).ok();
    // Errors always are.
    operator.migration(4, "error", "SET search_path TO public", "SELECT 1");
    let ran = operator.without_url(&["migration", "lint", "20261120000004", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let document = ran.json();
    assert_eq!(document["migrations"], 1);
    assert_eq!(document["warnings"].as_array().unwrap().len(), 1);
    let warning = &document["warnings"][0];
    assert_eq!(warning["path"], "migrations/tenant/2026-11-20-000004_error/up.sql");
    assert_eq!((&warning["rule"], &warning["severity"]), (&"sets-search-path".into(), &"error".into()));
    assert_eq!((&warning["line"], &warning["migration"]), (&1.into(), &"2026-11-20-000004_error".into()));
    let ran = operator.without_url(&["migration", "lint", "nonesuch"]);
    assert!(ran.failed(2).contains("no migration `nonesuch`"), "{ran:?}");
}

#[test]
fn lint_goes_by_the_names_of_template_and_tenants() {
    let operator = Operator::new();
    operator.migration(
        1,
        "a",
        "-- tenancy: allow index-locks-writes: small\nCREATE INDEX ON blank.t (a)",
        "DROP TABLE t",
    );
    let ran = operator.without_url(&["migration", "lint", "--template", "blank"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("names-a-tenant: the template `blank` is named"), "{ran:?}");
    operator.without_url(&["migration", "lint"]).ok();
    let ran = operator.without_url(&["migration", "lint", "--prefix", "a-b"]);
    assert!(ran.failed(2).contains("only a-z"), "{ran:?}");
}

#[test]
fn lint_without_migrations_says_so() {
    let operator = Operator::new();
    assert_eq!(
        operator.without_url(&["migration", "lint"]).ok(),
        "there are no migrations in migrations/tenant\n"
    );
}

#[test]
fn help_of_both_has_examples() {
    let operator = Operator::new();
    for arguments in
        [&["migration", "--help"][..], &["migration", "new", "--help"], &["migration", "lint", "--help"]]
    {
        assert!(
            operator.without_url(arguments).ok().contains("Examples:\n  tenancy migration "),
            "{arguments:?}"
        );
    }
    assert!(operator.without_url(&["--help"]).ok().contains("  migration "));
}
