//! `tenancy spares`, and what a drop that was interrupted looks like.

use crate::support::Operator;

#[test]
fn spares_are_made_shown_taken_and_dropped() {
    let operator = Operator::initialized();
    let none = operator.tenancy("spares");
    assert_eq!(none.ok(), "");
    assert!(none.stderr.contains("tenancy spares --keep"), "{none:?}");
    assert!(operator.tenancy("spares --keep 3").ok().starts_with("3 spares ready: 3 made, 0 dropped in "));
    let table = operator.tenancy("spares");
    assert_eq!(
        table.ok().lines().filter(|line| line.starts_with("spare_") && line.contains("ready")).count(),
        3
    );

    operator.tenancy("create acme").ok();
    let listed = operator.tenancy("spares --json").json();
    assert_eq!((&listed["ready"], &listed["stale"]), (&2.into(), &0.into()), "{listed}");
    assert_eq!(listed["spares"][0]["standing"], "ready");
    assert!(listed["spares"][0]["schema"].as_str().unwrap().starts_with("spare_"), "{listed}");

    operator.sql("ALTER TABLE base_template.tickets ADD COLUMN more int");
    let stale = operator.tenancy("spares");
    assert!(stale.ok().contains("stale"), "{stale:?}");
    assert!(stale.stderr.contains("0 spares ready, 2 to be dropped"), "{stale:?}");
    let report = operator.tenancy("spares --keep 1 --json").json();
    assert_eq!(report, serde_json::json!({ "ready": 1, "made": 1, "dropped": 2 }));
    assert_eq!(operator.tenancy("check --no-drift").code, 0, "a spare is nobody's orphan");
    assert!(operator.tenancy("spares --keep 0").ok().starts_with("0 spares ready: 0 made, 1 dropped"));
}

#[test]
fn a_migration_says_that_spares_are_of_the_template_as_it_was() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.tenancy("spares --keep 2").ok();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    let ran = operator.tenancy("migrate");
    ran.ok();
    assert!(ran.stderr.contains("2 spares of the template as it was"), "{ran:?}");
    operator.tenancy("create globex").ok();
    assert_eq!(operator.tenancy("spares --json").json()["stale"], 2, "a new tenant gets none of them");
    operator.tenancy("status --check").ok();
}

#[test]
fn a_slug_that_would_be_a_spare_is_refused() {
    let operator = Operator::initialized();
    let ran = operator.tenancy("create 0123456789abcdef0123456789abcdef --prefix spare_");
    assert!(ran.failed(2).contains("reserved"), "{ran:?}");
}

#[test]
fn a_drop_that_was_interrupted_is_seen_and_continued() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.sql("UPDATE tenancy.tenants SET status = 'dropping'");
    assert!(operator.tenancy("list --status dropping").ok().contains("acme"));
    let check = operator.tenancy("check");
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stdout.contains("[drop_unfinished]"), "{check:?}");
    assert!(check.stdout.contains("no drift: 0 of 0 tenants"), "what it lacks by now is no drift: {check:?}");
    assert!(operator.tenancy("show acme").ok().contains("dropping"));
    let refused = operator.tenancy("activate acme");
    assert!(refused.failed(1).contains("`tenancy drop acme` goes on"), "{refused:?}");
    operator.tenancy("drop acme --yes").ok();
    assert_eq!(operator.tenancy("check").code, 0);
}
