use crate::support::Operator;

/// Three tenants, and a migration that fails in `b`.
fn one_broken() -> Operator {
    let operator = Operator::initialized();
    for slug in ["a", "b", "c"] {
        operator.tenancy(&format!("create {slug}")).ok();
    }
    operator.sql("CREATE TABLE tenant_b.notes (in_the_way int)");
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator
}

#[test]
fn a_broken_tenant_is_named_the_others_are_migrated_and_the_next_run_touches_only_it() {
    let operator = one_broken();
    let ran = operator.tenancy("migrate --keep-going");
    let said = ran.failed(1);
    for part in ["b: ", "2026-11-20-000001_notes", "relation \"notes\" already exists"] {
        assert!(said.contains(part), "{ran:?}");
    }
    assert!(ran.stdout.starts_with("migrated 2 of 3 tenants in "), "{ran:?}");
    assert!(ran.stdout.contains("1 failed"), "{ran:?}");

    let report = operator.tenancy("migrate --json");
    assert_eq!(report.code, 1);
    let report = report.json();
    let tenants = report["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 1, "{report}");
    assert_eq!(tenants[0]["slug"], "b");
    assert!(tenants[0]["error"].as_str().unwrap().contains("already exists"), "{report}");
    for field in ["template", "template_error", "not_begun", "milliseconds"] {
        assert!(report.get(field).is_some(), "{field}: {report}");
    }

    operator.sql("DROP TABLE tenant_b.notes");
    assert!(operator.tenancy("migrate").ok().starts_with("migrated 1 tenant in "));
    assert!(operator.tenancy("migrate").ok().contains("everything is up to date"));
}

#[test]
fn a_run_can_stop_at_the_first_failure() {
    let operator = one_broken();
    let ran = operator.tenancy("migrate --stop-at-failure --jobs 1");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("migrated 1 of 3 tenants"), "{ran:?}");
    assert!(ran.stdout.contains("1 not begun"), "{ran:?}");
}

#[test]
fn a_dry_run_prints_the_plan_and_changes_nothing() {
    let operator = one_broken();
    let before = operator.tenancy("status --json").json();
    let table = operator.tenancy("migrate --dry-run");
    for line in ["(template)  2026-11-20-000001_notes", "a           2026-11-20-000001_notes"] {
        assert!(table.ok().lines().any(|there| there == line), "{table:?}");
    }
    let plan = operator.tenancy("migrate --dry-run --only b --only c --json").json();
    assert_eq!(plan["template"][0], "2026-11-20-000001_notes");
    assert_eq!(plan["tenants"][1]["slug"], "c");
    assert_eq!(plan["tenants"][1]["schema"], "tenant_c");
    assert_eq!(plan["tenants"][1]["pending"][0], "2026-11-20-000001_notes");
    assert_eq!(plan["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(operator.tenancy("status --json").json(), before);
}

#[test]
fn only_those_that_are_named_are_migrated() {
    let operator = one_broken();
    operator.tenancy("migrate --only a").ok();
    let status = operator.tenancy("status --json").json();
    assert_eq!(status["tenants"][0]["version"], "20261120000001");
    assert_eq!(status["tenants"][2]["pending"][0], "2026-11-20-000001_notes");
    let unknown = operator.tenancy("migrate --only nobody");
    assert!(unknown.failed(1).contains("there is no tenant `nobody`"));
}

#[test]
fn a_template_that_fails_stops_everything() {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.migration(1, "broken", "CREATE TABLE oops (", "");
    let ran = operator.tenancy("migrate");
    assert!(ran.failed(1).contains("2026-11-20-000001_broken"), "{ran:?}");
    assert!(ran.stdout.contains("no tenant was touched"), "{ran:?}");
    assert_eq!(operator.tenancy("status --json").json()["tenants"][0]["version"], serde_json::Value::Null);
}

#[test]
fn status_fails_on_pending_migrations_only_when_it_is_asked_to_check() {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.tenancy("status --check").ok();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    assert!(operator.tenancy("status").ok().contains("2026-11-20-000001_notes"));
    assert!(operator.tenancy("status --check").failed(1).contains("1 of 1 tenant to migrate"));
    operator.tenancy("migrate").ok();
    operator.tenancy("status --check").ok();
    assert_eq!(operator.tenancy("status --pending").ok(), "");
}

#[test]
fn revert_undoes_the_newest_migration_everywhere() {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.migration(2, "more", "CREATE TABLE more (id int)", "DROP TABLE more");
    operator.tenancy("migrate").ok();
    assert!(operator.tenancy("revert").ok().starts_with("reverted 2026-11-20-000002_more in 1 tenant in "));
    let status = operator.tenancy("status --json").json();
    assert_eq!(status["template"]["version"], "20261120000001");
    assert_eq!(status["tenants"][0]["version"], "20261120000001");
    let report = operator.tenancy("revert --json").json();
    assert_eq!(report["tenants"][0]["done"][0], "2026-11-20-000001_notes");
    assert_eq!(operator.tenancy("revert").ok(), "nothing to revert\n");
}
