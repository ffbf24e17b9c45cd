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
    let report = report.report();
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
    for line in ["-     (template)  2026-11-20-000001_notes", "1     a           2026-11-20-000001_notes"] {
        assert!(table.ok().lines().any(|there| there == line), "{table:?}");
    }
    let plan = operator.tenancy("migrate --dry-run --only b --only c --json").json();
    assert_eq!(plan["template"][0], "2026-11-20-000001_notes");
    assert_eq!(plan["tenants"][1]["slug"], "c");
    assert_eq!(plan["tenants"][1]["schema"], "tenant_c");
    assert_eq!(plan["tenants"][1]["pending"][0], "2026-11-20-000001_notes");
    assert_eq!(plan["tenants"].as_array().unwrap().len(), 2);
    assert_eq!((&plan["tenants"][0]["wave"], &plan["tenants"][0]["canary"]), (&1.into(), &false.into()));
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
fn a_dry_run_of_many_tenants_counts_them_by_wave_and_by_what_they_lack() {
    let operator = Operator::initialized();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.tenancy("create early").ok();
    operator.tenancy("migrate").ok();
    operator.tenants(60);
    operator.migration(2, "more", "CREATE TABLE more (id int)", "DROP TABLE more");
    operator.sql("UPDATE tenancy.tenants SET migrations = '{}' WHERE slug = 'early'");
    let ran = operator.tenancy("migrate --dry-run --canaries 2 --wave-size 50");
    let table: Vec<Vec<&str>> = ran.ok().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        table,
        [
            vec!["WAVE", "TENANTS", "MIGRATIONS"],
            vec!["-", "(template)", "2026-11-20-000002_more"],
            vec!["1", "(canaries)", "1", "2026-11-20-000001_notes"],
            vec!["2026-11-20-000002_more"],
            vec!["1", "(canaries)", "1", "2026-11-20-000002_more"],
            vec!["2", "50", "2026-11-20-000002_more"],
            vec!["3", "9", "2026-11-20-000002_more"],
        ],
        "{ran:?}"
    );
    assert!(ran.stderr.contains("62 migrations to apply in 61 tenants, in 3 waves"), "{ran:?}");
    let plan = operator.tenancy("migrate --dry-run --canaries 2 --json").json();
    assert_eq!(plan["tenants"].as_array().unwrap().len(), 61, "machines get everybody");
}
