//! `tenancy revert` and `tenancy redo`.

use crate::support::Operator;

/// One tenant with the migrations notes and more; the template was made by hand before.
fn two_migrations() -> Operator {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.migration(2, "more", "CREATE TABLE more (id int)", "DROP TABLE more");
    operator.tenancy("migrate").ok();
    operator
}

fn versions(operator: &Operator) -> [serde_json::Value; 2] {
    let status = operator.tenancy("status --json").json();
    [status["template"]["version"].clone(), status["tenants"][0]["version"].clone()]
}

#[test]
fn revert_undoes_the_newest_migration_everywhere() {
    let operator = two_migrations();
    let ran = operator.tenancy("revert --yes");
    assert!(ran.ok().starts_with("reverted 2026-11-20-000002_more in 1 tenant in "), "{ran:?}");
    assert!(ran.stdout.ends_with(" (run 2)\n"), "{ran:?}");
    assert_eq!(versions(&operator), ["20261120000001", "20261120000001"]);
    let report = operator.tenancy("revert --json -y").report();
    assert_eq!(report["tenants"][0]["done"][0], "2026-11-20-000001_notes");
    assert_eq!(operator.tenancy("revert").ok(), "nothing to revert\n", "nothing to ask");
    assert_eq!(operator.tenancy("redo").ok(), "nothing to redo\n");
    assert!(operator.tenancy("revert --json").report()["run"].is_null());
}

#[test]
fn without_a_terminal_nothing_is_reverted_unless_it_was_said_before() {
    let operator = two_migrations();
    for command in ["revert", "redo", "revert --only a"] {
        let ran = operator.tenancy(command);
        assert!(ran.failed(2).contains("pass `--yes`"), "{ran:?}");
    }
    assert_eq!(versions(&operator), ["20261120000002", "20261120000002"]);
}

#[test]
fn on_a_terminal_it_asks_before_anything_is_reverted() {
    let operator = two_migrations();
    let (screen, fine) = operator.on_a_terminal("revert", "no\r");
    assert!(screen.contains("revert 2026-11-20-000002_more in the template and 1 tenant: "), "{screen}");
    assert!(!fine && screen.contains("that is not `yes`: nothing was reverted"), "{screen}");
    assert_eq!(versions(&operator), ["20261120000002", "20261120000002"]);
    let (screen, fine) = operator.on_a_terminal("revert", "yes\r");
    assert!(fine && screen.contains("reverted 2026-11-20-000002_more in 1 tenant in "), "{screen}");
    assert_eq!(versions(&operator), ["20261120000001", "20261120000001"]);
}

#[test]
fn several_steps_or_all_above_a_version_are_reverted() {
    let operator = two_migrations();
    operator.migration(3, "third", "CREATE TABLE third (id int)", "DROP TABLE third");
    operator.tenancy("migrate").ok();
    let dry = operator.tenancy("revert --steps 2 --dry-run");
    let rows: Vec<_> =
        dry.ok().lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(
        rows,
        [
            ["-", "(template)", "2026-11-20-000003_third"],
            ["-", "(template)", "2026-11-20-000002_more"],
            ["1", "a", "2026-11-20-000003_third"],
            ["1", "a", "2026-11-20-000002_more"],
        ]
    );
    assert!(
        operator.tenancy("revert --steps 2 --yes").ok().starts_with("reverted 2 migrations in 1 tenant in ")
    );
    assert_eq!(versions(&operator), ["20261120000001", "20261120000001"]);
    operator.tenancy("migrate").ok();
    operator.tenancy("revert --to 20261120000002 --yes").ok();
    operator.tenancy("revert --to 2026-11-20-000001_notes --yes").ok();
    assert_eq!(versions(&operator), ["20261120000001", "20261120000001"]);
    let unknown = operator.tenancy("revert --to 20301120000001 --yes");
    assert!(unknown.failed(1).contains("the template does not have version 20301120000001"), "{unknown:?}");
    assert_eq!(operator.tenancy("revert --to 20261120000001 --steps 1").code, 2);
}

#[test]
fn redo_applies_what_a_migration_has_become_and_goes_no_further_than_it_was() {
    let operator = two_migrations();
    operator.tenancy("create b").ok();
    operator.migration(2, "more", "CREATE TABLE more (id int, body text)", "DROP TABLE more");
    operator.migration(3, "third", "CREATE TABLE third (id int)", "DROP TABLE third");
    let ran = operator.tenancy("redo --yes");
    let lines: Vec<_> = ran.ok().lines().collect();
    assert!(lines[0].starts_with("reverted 2026-11-20-000002_more in 2 tenants in "), "{ran:?}");
    assert!(lines[1].starts_with("migrated 2 tenants in ") && lines[1].ends_with(" (run 3)"), "{ran:?}");
    assert_eq!(versions(&operator), ["20261120000002", "20261120000002"], "the third is another's");
    assert_eq!(
        operator.count("SELECT count(*) FROM information_schema.columns WHERE table_name = 'more' AND column_name = 'body'"),
        3,
        "the template and both tenants"
    );
    let lines = operator.tenancy("redo --yes --json --steps 2 --canary a").lines();
    let reports: Vec<_> = lines.iter().rev().take(2).map(|line| (&line["event"], &line["run"])).collect();
    assert_eq!(reports, [(&"report".into(), &5.into()), (&"report".into(), &4.into())]);
    assert_eq!(versions(&operator), ["20261120000002", "20261120000002"]);
}

#[test]
fn redo_leaves_it_at_that_when_something_cannot_be_reverted() {
    let operator = two_migrations();
    operator.sql("CREATE VIEW tenant_a.v AS SELECT * FROM tenant_a.more");
    let ran = operator.tenancy("redo --yes");
    let said = ran.failed(1);
    assert!(said.contains("a: ") && said.contains("cannot drop table more"), "{ran:?}");
    assert!(said.contains("`tenancy migrate --resume 2` goes on"), "{ran:?}");
    assert_eq!(operator.tenancy("runs --json").json().as_array().unwrap().len(), 2, "no third run");
    operator.sql("DROP VIEW tenant_a.v");
    let resumed = operator.tenancy("migrate --resume");
    assert!(resumed.ok().starts_with("reverted 2026-11-20-000002_more in 1 tenant in "), "{resumed:?}");
    assert_eq!(versions(&operator), ["20261120000001", "20261120000001"]);
}
