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
    let reverted = desk.tenancy().fleet().revert(&tenancy_diesel::RunOptions::default(), |_| {}).unwrap();
    assert!(reverted.is_success(), "{reverted:?}");
    assert_eq!(desk.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'customers_name_idx'"), "0");
}
