use crate::support::Operator;

fn two_tenants() -> Operator {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.tenancy("create b").ok();
    operator
}

#[test]
fn rows_come_in_one_table_in_the_order_of_the_query() {
    let operator = two_tenants();
    let inserted =
        operator.tenancy_with(&["exec", "--", "INSERT INTO tickets (title) VALUES ('one'), ('two')"]);
    assert_eq!(inserted.ok(), "TENANT  ROWS\na       2\nb       2\n");
    let rows = operator.tenancy_with(&["exec", "SELECT title AS z, id AS a FROM tickets ORDER BY id"]);
    assert_eq!(rows.ok(), "TENANT  z    a\na       one  1\na       two  2\nb       one  1\nb       two  2\n");
}

#[test]
fn words_are_joined_and_numbers_keep_their_digits() {
    let operator = two_tenants();
    let ran = operator.tenancy("exec --json --only b -- SELECT 12345678901234567.890::numeric AS n");
    assert!(ran.ok().contains("12345678901234567.890"), "{ran:?}");
    assert_eq!(ran.json()[0]["slug"], "b");
    assert_eq!(ran.json().as_array().unwrap().len(), 1);
}

#[test]
fn a_failure_in_one_tenant_is_told_and_does_not_stop_the_others() {
    let operator = two_tenants();
    operator.sql("DROP TABLE tenant_a.tickets");
    let ran = operator.tenancy_with(&["exec", "--", "SELECT count(*) FROM tickets"]);
    assert!(ran.failed(1).contains("a: relation \"tickets\" does not exist"), "{ran:?}");
    assert_eq!(ran.stdout, "TENANT  count\nb       0\n");

    let ran = operator.tenancy_with(&["exec", "--json", "--", "UPDATE tickets SET title = ''"]);
    assert_eq!(ran.code, 1);
    let results = ran.json();
    assert!(results[0]["error"].as_str().unwrap().contains("does not exist"), "{results}");
    assert_eq!(results[1]["affected"], 0);
}

#[test]
fn an_unknown_tenant_is_named_and_nothing_runs() {
    let operator = two_tenants();
    let ran = operator.tenancy("exec --only a --only nobody -- DROP TABLE tickets");
    assert!(ran.failed(1).contains("there is no tenant `nobody`"), "{ran:?}");
    operator.tenancy("exec --only a -- TABLE tickets").ok();
}
