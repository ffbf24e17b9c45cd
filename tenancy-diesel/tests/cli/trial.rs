use crate::support::Operator;

fn three() -> Operator {
    let operator = Operator::initialized();
    for slug in ["a", "b", "c"] {
        operator.tenancy(&format!("create {slug}")).ok();
    }
    operator.sql("INSERT INTO tenant_b.tickets (title) VALUES ('x'), (NULL)");
    operator
}

#[test]
fn a_trial_says_what_would_change_and_changes_nothing() {
    let operator = three();
    operator.migration(
        1,
        "notes",
        "CREATE TABLE notes (id int); ALTER TABLE tickets ALTER COLUMN title SET DEFAULT 'none'",
        "DROP TABLE notes; ALTER TABLE tickets ALTER COLUMN title DROP DEFAULT",
    );
    let before = operator.tenancy("status --json").json();
    let ran = operator.tenancy("migrate --trial --reversible");
    let said = ran.ok();
    for line in [
        "    table notes: new",
        "    column tickets.title:",
        "      default",
        "        - (none)",
        "        + 'none'::text",
        "    down undoes it, and up again makes the same",
    ] {
        assert_eq!(said.lines().filter(|there| *there == line).count(), 1, "{line}: {ran:?}");
    }
    assert_eq!(said.matches("    the same as in (template)\n").count(), 3, "{ran:?}");
    assert!(said.lines().any(|line| line.starts_with("b, 2 rows, ")), "{ran:?}");
    assert!(said.trim_end().ends_with("0 failed; nothing was kept"), "{ran:?}");
    assert!(ran.stderr.contains("(template): fine in "), "{ran:?}");
    assert_eq!(operator.tenancy("status --json").json(), before);

    let report = operator.tenancy("migrate --trial 1 --json --without-rows").json();
    let subjects = report["subjects"].as_array().unwrap();
    assert_eq!(subjects.len(), 2);
    assert!(subjects[0]["slug"].is_null() && subjects[0]["rows"].is_null(), "{report}");
    let migration = &subjects[1]["migrations"][0];
    assert_eq!(migration["name"], "2026-11-20-000001_notes");
    assert_eq!(migration["changes"][1]["change"], "extra");
    assert!(migration["reversal"].is_null() && migration["milliseconds"].is_u64(), "{report}");
    assert_eq!(operator.tenancy("migrate --trial --only c --json").json()["subjects"][1]["slug"], "c");
    operator.tenancy("migrate").ok();
    assert_eq!(operator.tenancy("migrate --trial").ok(), "nothing to try: everything is up to date\n");
}

#[test]
fn a_trial_that_fails_or_is_not_reversible_exits_with_1() {
    let operator = three();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "SELECT 1");
    operator.tenancy("migrate --trial").ok();
    let ran = operator.tenancy("migrate --trial 0 --reversible");
    assert_eq!(ran.code, 1, "{ran:?}");
    for line in [
        "    NOT REVERSIBLE: down leaves another structure",
        "      table notes: too much",
        "    NOT REVERSIBLE: up again: migration 2026-11-20-000001_notes of schema `base_template`: relation \"notes\" already exists",
    ] {
        assert!(ran.stdout.lines().any(|there| there == line), "{line}: {ran:?}");
    }
    operator.migration(2, "strict", "ALTER TABLE tickets ALTER COLUMN title SET NOT NULL", "");
    let ran = operator.tenancy("migrate --trial");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("failed: migration 2026-11-20-000002_strict of schema `tenant_b`: "),
        "{ran:?}"
    );
    assert!(ran.stdout.trim_end().ends_with("1 failed; nothing was kept"), "{ran:?}");
    operator.tenancy("migrate --reversible").failed(2);
    operator.tenancy("migrate --trial --dry-run").failed(2);
}
