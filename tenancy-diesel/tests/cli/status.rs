//! `tenancy status`.

use crate::support::Operator;

#[test]
fn it_fails_on_pending_migrations_only_when_it_is_asked_to_check() {
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
fn many_tenants_are_counted_by_version_unless_all_are_asked_for() {
    let operator = Operator::initialized();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.tenancy("migrate").ok();
    operator.tenants(101);
    operator.migration(2, "more", "CREATE TABLE more (id int)", "DROP TABLE more");
    operator.tenancy("migrate --only t007").ok();
    let rows = |arguments: &str| -> Vec<Vec<String>> {
        let ran = operator.tenancy(arguments);
        ran.ok().lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    assert_eq!(
        rows("status"),
        [
            vec!["VERSION", "TENANTS", "PENDING"],
            vec!["20261120000002", "(template)", "-"],
            vec!["20261120000002", "1", "-"],
            vec!["20261120000001", "100", "2026-11-20-000002_more"],
        ]
    );
    assert_eq!(rows("status --all").len(), 103);
    assert_eq!(rows("status --pending").len(), 101, "100 are few enough");
    assert_eq!(operator.tenancy("status --json").json()["tenants"].as_array().unwrap().len(), 101);
}

#[test]
fn it_tells_of_a_run_that_is_under_way_and_of_one_that_can_be_resumed() {
    let operator = Operator::initialized();
    operator.tenancy("create a").ok();
    operator.migration(1, "slow", "SELECT pg_sleep(1)", "SELECT 1");
    assert_eq!(operator.tenancy("status --json").json()["runs"], serde_json::json!([]));
    let running = operator.start("migrate");
    operator.until("SELECT count(*) FROM tenancy.run_tenants", 1);
    let status = operator.tenancy("status");
    assert!(status.stderr.contains("run 1 is under way since "), "{status:?}");
    assert!(status.stderr.contains(": 0 of 1 tenant done, by "), "{status:?}");
    running.signal("KILL");
    assert_eq!(running.whatever().1, Some(9));
    operator.until(
        "SELECT 1 - count(*) AS count FROM pg_locks WHERE locktype = 'advisory' AND classid = 1952804466 AND objid = 1",
        1,
    );
    let status = operator.tenancy("status");
    assert!(
        status.stderr.contains("run 1 is interrupted: `tenancy migrate --resume` goes on with it"),
        "{status:?}"
    );
    assert_eq!(operator.tenancy("status --json").json()["runs"][0]["standing"], "interrupted");
}
