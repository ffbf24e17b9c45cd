//! Migrations in one transaction behave as in transactions of their own.

use tenancy_diesel::TrialOptions;

use super::{SECOND, THIRD, inventory, reversible, rows, run};
use crate::desk::Desk;

#[test]
fn each_migration_begins_with_the_settings_of_a_new_session() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(
        SECOND,
        "SET LOCAL lock_timeout = '1h'; SET LOCAL search_path TO public; SET statement_timeout = 1234; SET ROLE NONE;
         SET default_transaction_read_only = off",
        None,
    );
    desk.write(
        THIRD,
        "DO $$ BEGIN
             IF current_setting('lock_timeout') <> '2s' OR current_setting('statement_timeout') = '1234ms'
                OR current_setting('search_path') NOT LIKE '%tenancy_trial%' OR current_setting('enable_seqscan') <> 'on'
                OR current_setting('check_function_bodies') <> 'on' OR current_setting('row_security') <> 'on'
             THEN RAISE EXCEPTION '% %', current_setting('lock_timeout'), current_setting('search_path'); END IF;
         END $$",
        None,
    );
    let report = run(&desk, &reversible());
    assert!(report.subjects.iter().all(|subject| subject.error.is_none()), "{report:?}");
    // As it will be: a clone is made without looking into bodies.
    desk.write(
        "2026-04-01-000000_broken",
        "CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT nothing'",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(
        report.subjects.iter().all(|subject| subject.error.as_deref().unwrap().contains("nothing")),
        "{report:?}"
    );
}

#[test]
fn what_ends_with_a_transaction_is_not_there_in_the_next_migration() {
    let desk = Desk::new();
    let sql = "CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT 1 AS id; DECLARE mine CURSOR FOR SELECT 1";
    desk.write(SECOND, sql, Some(sql));
    desk.write(THIRD, &format!("{sql}; CLOSE ALL"), Some(sql));
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.subjects[0].migrations.len(), 2);
    assert_eq!(inventory(&desk), before);
}

#[test]
fn what_is_checked_at_a_commit_is_checked_after_each_migration() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 2);
    desk.write(
        SECOND,
        "ALTER TABLE tickets ADD CONSTRAINT later FOREIGN KEY (customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED;
         UPDATE tickets SET customer_id = customer_id",
        None,
    );
    // Inserted and altered in one transaction this would be refused: "pending trigger events".
    desk.write(THIRD, "INSERT INTO tickets (customer_id) SELECT id FROM customers", None);
    desk.write("2026-04-01-000000_alter", "ALTER TABLE tickets ADD COLUMN more int", None);
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    // Still deferred, and checked in the end.
    desk.write(
        "2026-05-01-000000_order",
        "ALTER TABLE tickets DROP CONSTRAINT tickets_customer_id_fkey;
         INSERT INTO tickets (customer_id) VALUES ('00000000-0000-0000-0000-000000000001');
         INSERT INTO customers (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'late')",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    desk.write(
        "2026-06-01-000000_nobody",
        "INSERT INTO tickets (customer_id) VALUES ('00000000-0000-0000-0000-000000000002')",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    let error = report.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("later"), "{error}");
    assert!(!desk.migrate().is_success(), "and so it is");
}
