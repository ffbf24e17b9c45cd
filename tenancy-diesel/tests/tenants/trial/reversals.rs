//! Whether down undoes up.

use std::fs;

use super::{SECOND, THIRD, inventory, reversible, rows, run};
use crate::desk::Desk;

#[test]
fn down_is_proved_to_undo_up_or_what_differs_is_named() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 3);
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text; CREATE INDEX by_name ON customers (name)",
        Some("DROP INDEX by_name; ALTER TABLE customers DROP COLUMN email"),
    );
    desk.write(
        THIRD,
        "ALTER TABLE customers ALTER COLUMN name DROP NOT NULL; CREATE TABLE notes (id int)",
        Some("DROP TABLE notes"),
    );
    desk.write("2026-04-01-000000_more", "CREATE TABLE IF NOT EXISTS more (id int)", Some("DROP TABLE more"));
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(!report.is_success());
    for subject in &report.subjects {
        assert_eq!(subject.error, None);
        let reversals: Vec<_> =
            subject.migrations.iter().map(|migration| migration.reversal.as_ref().unwrap()).collect();
        assert!(reversals[2].is_exact(), "{reversals:?}");
        assert_eq!(reversals[1].left[0].to_string(), "column customers.name differs in not null");
        assert_eq!((reversals[1].left.len(), &reversals[1].error), (1, &None));
        assert!(reversals[1].again.is_empty(), "{reversals:?}");
        // What the newer one left is there when the older one is undone.
        assert_eq!(reversals[0].left, reversals[1].left);
    }
    assert_eq!(inventory(&desk), before);
}

#[test]
fn a_migration_without_a_way_down_or_that_cannot_be_applied_again_is_named() {
    let desk = Desk::new();
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text",
        Some("ALTER TABLE customers DROP COLUMN email"),
    );
    let third = desk.write(THIRD, "CREATE TABLE notes (id int)", None);
    let report = run(&desk, &reversible());
    let [second, newest] = report.subjects[0].migrations.as_slice() else { panic!("{report:?}") };
    let error = newest.reversal.as_ref().unwrap().error.as_deref().unwrap();
    assert!(error.starts_with("down: ") && error.contains(THIRD), "{error}");
    assert_eq!(second.reversal, None, "an older one is not reverted before it");
    assert!(!report.is_success());
    fs::write(third.join("down.sql"), "SELECT 1").unwrap();
    let report = run(&desk, &reversible());
    let reversal = report.subjects[0].migrations[1].reversal.as_ref().unwrap();
    assert_eq!(reversal.left[0].to_string(), "table notes is extra");
    let error = reversal.error.as_deref().unwrap();
    assert!(error.starts_with("up again: ") && error.contains("already exists"), "{error}");
}

#[test]
fn what_a_commit_refuses_is_undone_and_the_others_are_tried_on() {
    let desk = Desk::new();
    desk.write(SECOND, "CREATE TABLE a (id int)", Some("DROP TABLE a"));
    desk.write(
        THIRD,
        "CREATE TABLE b (id int PRIMARY KEY, other int REFERENCES b DEFERRABLE INITIALLY DEFERRED)",
        Some("INSERT INTO b VALUES (1, 2)"),
    );
    let report = run(&desk, &reversible());
    let migrations = &report.subjects[0].migrations;
    let error = migrations[1].reversal.as_ref().unwrap().error.as_deref().unwrap();
    assert!(error.starts_with("down: ") && error.contains("foreign key"), "{error}");
    assert_eq!((&migrations[0].reversal, &report.subjects[0].error), (&None, &None));
}
