//! An operator's SQL in every tenant.

use serde_json::json;

use crate::desk::{Desk, slug};

#[test]
fn rows_counts_and_errors_come_back_per_tenant() {
    let desk = Desk::new();
    desk.create_many(3);
    let fleet = desk.tenancy().fleet();
    let inserted = fleet.exec("INSERT INTO customers (name) VALUES ('Ann'), ('Bob');", &[], |_| {}).unwrap();
    assert!(inserted.iter().all(|result| result.affected == Some(2)), "{inserted:?}");
    desk.world.sql("DELETE FROM tenant_t01.customers WHERE name = 'Bob'; DROP TABLE tenant_t02.tickets, tenant_t02.customers");
    let counted =
        fleet.exec("SELECT count(*) AS n, current_schema() AS s FROM customers -- all", &[], |_| {}).unwrap();
    assert_eq!(json!(counted[0].rows), json!([{"n": 2, "s": "tenant_t00"}]));
    assert_eq!(json!(counted[1].rows), json!([{"n": 1, "s": "tenant_t01"}]));
    assert!(counted[2].error.as_deref().unwrap().contains("customers"), "{counted:?}");
    let one = fleet.exec("SELECT 1", &[slug("t01")], |_| {}).unwrap();
    assert_eq!(one.len(), 1);
}

#[test]
fn several_statements_are_one_transaction() {
    let desk = Desk::new();
    desk.create_many(1);
    let results = desk
        .tenancy()
        .fleet()
        .exec("INSERT INTO customers (name) VALUES ('Ann'); SELECT 1/0", &[], |_| {})
        .unwrap();
    assert!(results[0].error.as_deref().unwrap().contains("division by zero"));
    assert_eq!(desk.value("SELECT count(*) FROM tenant_t00.customers"), "0");
}

#[test]
fn settings_of_one_tenants_statement_do_not_reach_the_next() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.tenancy()
        .fleet()
        .exec("SET search_path TO tenant_t00; CREATE TEMP TABLE customers (x int)", &[slug("t00")], |_| {})
        .unwrap();
    let seen = desk.tenancy().fleet().exec("SELECT current_schema() AS s, (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS temps", &[], |_| {}).unwrap();
    assert_eq!(json!(seen[1].rows), json!([{"s": "tenant_t01", "temps": 0}]));
}

#[test]
fn sql_that_ends_its_own_transaction_is_told_what_that_means() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.world.sql("INSERT INTO tenant_t00.customers (name) VALUES ('Ann')");
    let results = desk.tenancy().fleet().exec("DELETE FROM customers; COMMIT", &[], |_| {}).unwrap();
    for result in &results {
        let error = result.error.as_deref().unwrap();
        assert!(error.contains("ended the transaction itself") && error.contains("may be done"), "{error}");
    }
    assert_eq!(desk.value("SELECT count(*) FROM tenant_t00.customers"), "0", "and it was done");
    let rolled_back = desk.tenancy().fleet().exec("SELECT 1; ROLLBACK", &[slug("t00")], |_| {}).unwrap();
    assert!(rolled_back[0].error.is_some());
}
