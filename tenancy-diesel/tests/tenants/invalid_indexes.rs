//! What a failed `CREATE INDEX CONCURRENTLY` leaves behind is found, by name.

use std::fs;

use diesel::connection::SimpleConnection as _;

use crate::desk::Desk;

const INVALID: &str = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
const NAME: &str = "2026-02-01-000000_unique_names";

/// A fleet of three, of which t01 has the same name twice.
fn with_a_duplicate(sql: &str) -> Desk {
    let desk = Desk::new();
    desk.create_many(3);
    desk.world.sql("INSERT INTO tenant_t01.customers (name) VALUES ('same'), ('same')");
    write(&desk, NAME, sql);
    desk
}

fn write(desk: &Desk, name: &str, sql: &str) {
    let path = desk.write(name, sql, None);
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
}

/// The error of t01, which must be the only one.
fn failure_of_t01(desk: &Desk) -> String {
    let report = desk.migrate();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug.as_str() == "t01", "{report:?}");
    failed[0].error.clone().unwrap()
}

fn applied(desk: &Desk) -> String {
    desk.value("SELECT string_agg(slug, ' ' ORDER BY slug) FROM tenancy.tenants WHERE '20260201000000' = ANY (migrations)")
}

/// An index of t01 whose build fails, as somebody builds it by hand.
fn leave_an_invalid_index(desk: &Desk) {
    let built = desk
        .world
        .bare()
        .batch_execute("CREATE UNIQUE INDEX CONCURRENTLY customers_name_key ON tenant_t01.customers (name)");
    assert!(built.is_err());
    assert_eq!(desk.value(INVALID), "1");
}

#[test]
fn the_index_that_a_failed_build_left_is_dropped() {
    let desk = with_a_duplicate("CREATE UNIQUE INDEX CONCURRENTLY customers_name_key ON customers (name)");
    let error = failure_of_t01(&desk);
    for part in [
        "could not create unique index",
        "index `customers_name_key` of `customers`, whose build did not end, was dropped again",
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(desk.value(INVALID), "0");
    desk.world.sql("DELETE FROM tenant_t01.customers");
    assert!(desk.migrate().is_success());
    assert_eq!(applied(&desk), "t00 t01 t02");
}

#[test]
fn an_index_that_was_invalid_before_is_named_with_its_remedy() {
    let desk = with_a_duplicate("CREATE UNIQUE INDEX CONCURRENTLY customers_name_key ON customers (name)");
    leave_an_invalid_index(&desk);
    let error = failure_of_t01(&desk);
    let remedy = "DROP INDEX CONCURRENTLY tenant_t01.customers_name_key";
    for part in ["already exists", "index `customers_name_key` of `customers` is invalid", remedy] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(desk.value(INVALID), "1");
    // What it says helps.
    desk.world.sql("DELETE FROM tenant_t01.customers");
    desk.world.sql(remedy);
    assert!(desk.migrate().is_success());
    assert_eq!(applied(&desk), "t00 t01 t02");
}

#[test]
fn an_invalid_index_that_if_not_exists_passes_over_is_a_failure_too() {
    let desk = with_a_duplicate(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS customers_name_key ON customers (name)",
    );
    leave_an_invalid_index(&desk);
    desk.world.sql("DELETE FROM tenant_t01.customers");
    // PostgreSQL is content now; the index is useless.
    let error = failure_of_t01(&desk);
    assert!(
        error.contains("`customers_name_key` of `customers` is invalid") && !error.contains("could not"),
        "{error}"
    );
    assert_eq!(applied(&desk), "t00 t02");
    desk.world.sql("DROP INDEX CONCURRENTLY tenant_t01.customers_name_key");
    assert!(desk.migrate().is_success());
    assert_eq!(applied(&desk), "t00 t01 t02");
    assert_eq!(desk.value(INVALID), "0");
}

#[test]
fn an_index_without_a_name_is_found_by_its_table() {
    let desk = with_a_duplicate("CREATE UNIQUE INDEX CONCURRENTLY ON customers (name)");
    let error = failure_of_t01(&desk);
    assert!(error.contains("index `customers_name_idx` of `customers`, whose build did not end"), "{error}");
    assert_eq!(desk.value(INVALID), "0");
}

#[test]
fn an_invalid_index_that_the_migration_does_not_name_is_no_failure_of_it() {
    let desk = with_a_duplicate("CREATE UNIQUE INDEX CONCURRENTLY customers_name_key ON customers (name)");
    leave_an_invalid_index(&desk);
    fs::remove_dir_all(desk.directory().join(NAME)).unwrap();
    write(&desk, "2026-02-02-000000_other", "CREATE INDEX CONCURRENTLY customers_id_idx ON customers (id)");
    let report = desk.migrate();
    assert!(report.is_success(), "{report:?}");
}
