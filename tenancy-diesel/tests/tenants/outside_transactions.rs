//! Migrations marked `run_in_transaction = false`.

use std::fs;

use crate::desk::Desk;

#[test]
fn an_index_is_built_concurrently_in_every_tenant() {
    let desk = Desk::new();
    desk.create_many(6);
    let path = desk.write(
        "2026-02-01-000000_concurrently",
        "CREATE INDEX CONCURRENTLY customers_name_idx ON customers (name)",
        Some("DROP INDEX CONCURRENTLY customers_name_idx"),
    );
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
    let report = desk.migrate();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'customers_name_idx' AND schemaname <> 'public'"), "7");
    desk.create("later").unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'customers_name_idx'"), "8");
    let reverted = desk
        .tenancy()
        .fleet()
        .revert(&Default::default(), &tenancy_diesel::RunOptions::default(), |_| {})
        .unwrap();
    assert!(reverted.is_success(), "{reverted:?}");
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'customers_name_idx'"), "0");
}

#[test]
fn several_statements_run_one_by_one_and_a_failure_says_how_far_it_came() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.world.sql("ALTER TABLE tenant_t01.tickets ADD COLUMN note int");
    let path = desk.write(
        "2026-02-01-000000_several",
        "CREATE INDEX CONCURRENTLY customers_name_idx ON customers (name); -- a; b\n\
         ALTER TABLE tickets ADD COLUMN note text;\n\
         BEGIN; CREATE TABLE notes (id int); COMMIT;\n\
         CREATE INDEX CONCURRENTLY tickets_note_idx ON tickets (note);\n",
        None,
    );
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
    let report = desk.migrate();
    assert_eq!(report.template_error, None);
    let failed: Vec<_> = report.failed().collect();
    assert_eq!(failed.len(), 1, "{report:?}");
    let error = failed[0].error.as_deref().unwrap();
    assert!(
        error.contains("already exists (statement 2 of 6, line 2; the one before it stays done)"),
        "{error}"
    );
    let indexes = |schema: &str| {
        desk.value(&format!("SELECT count(*) FROM pg_indexes WHERE schemaname = '{schema}' AND indexname IN ('customers_name_idx', 'tickets_note_idx')"))
    };
    assert_eq!(["base_template", "tenant_t00", "tenant_t01"].map(indexes), ["2", "2", "1"]);
    assert_eq!(desk.value("SELECT count(*) FROM pg_tables WHERE tablename = 'notes'"), "2");
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE '20260201000000' = ANY (migrations)"),
        "1"
    );
}
