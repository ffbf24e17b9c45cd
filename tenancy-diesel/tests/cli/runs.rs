//! `tenancy runs`: what it says of runs that are planted into the ledger.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::support::Operator;

/// Run 1 is done, run 2 failed in one of three tenants, one of which was dropped since.
fn two_runs() -> Operator {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.tenancy("create globex").ok();
    operator.sql(
        r#"INSERT INTO tenancy.runs (direction, versions, policy, state, started_by, runner, started_at, ended_at) VALUES
         ('up', '{20260101000000}', '{}', 'done', 'ada@desk', 'desk, process 7', now() - interval '100 days', now() - interval '100 days'),
         ('up', '{20260101000000,20260201000000}', '{"canaries": {"count": 1}, "wave_size": 2}', 'failed', 'ada@desk', 'desk, process 8',
          '2026-11-01 10:00:00Z', '2026-11-01 10:01:05Z');
         UPDATE tenancy.runs SET reason = '1 of 3 tenants failed', template = '{2026-02-01-000000_notes}', attempt = 2 WHERE id = 2;
         INSERT INTO tenancy.run_tenants (run_id, tenant_id, slug, schema_name, wave, canary, from_version) VALUES
         (2, gen_random_uuid(), 'gone', 'tenant_gone', 1, false, '20260101000000');
         INSERT INTO tenancy.run_tenants (run_id, tenant_id, slug, schema_name, wave, canary, from_version)
         SELECT 2, id, slug, schema_name, 0, slug = 'acme', '20260101000000' FROM tenancy.tenants;
         UPDATE tenancy.run_tenants SET state = 'done', attempts = 1, milliseconds = 85.4, to_version = '20260201000000', worker = 'desk/1',
                began_at = '2026-11-01 10:00:01Z', finished_at = '2026-11-01 10:00:02Z' WHERE slug = 'acme';
         UPDATE tenancy.run_tenants SET state = 'failed', attempts = 5, milliseconds = 1234, error = E'relation "notes" already exists\nin the way \x1b[2J',
                began_at = '2026-11-01 10:00:01Z', finished_at = '2026-11-01 10:00:02Z' WHERE slug = 'globex';"#,
    );
    operator
}

#[test]
fn runs_are_listed_with_what_to_do_next() {
    let operator = two_runs();
    let ran = operator.tenancy("runs");
    let lines: Vec<Vec<&str>> = ran.ok().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["RUN", "STATE", "DIRECTION", "TARGET", "DONE", "FAILED", "STARTED", "TOOK", "BY"]);
    assert_eq!(
        lines[1],
        [
            "2",
            "failed",
            "up",
            "20260201000000",
            "1/3",
            "1",
            "2026-11-01",
            "10:00:00",
            "UTC",
            "1",
            "min",
            "5",
            "s",
            "ada@desk"
        ]
    );
    assert_eq!(lines[2][..5], ["1", "done", "up", "20260101000000", "0/0"]);
    assert!(ran.stderr.contains("run 2 is failed: `tenancy migrate --resume` goes on with it"), "{ran:?}");
    assert_eq!(operator.tenancy("runs --limit 1").ok().lines().count(), 2);
    let json = operator.tenancy("runs --json").json();
    assert_eq!(
        (&json[0]["id"], &json[0]["standing"], &json[0]["milliseconds"]),
        (&2.into(), &"failed".into(), &65_000.into())
    );
    assert_eq!(json[0]["counts"], serde_json::json!({ "pending": 1, "done": 1, "failed": 1, "gone": 0 }));
    assert_eq!(json[0]["policy"]["wave_size"], 2);
}

#[test]
fn a_run_is_shown_with_errors_in_full_and_those_that_failed_first() {
    let operator = two_runs();
    let ran = operator.tenancy("runs show latest");
    let shown = ran.ok();
    for line in [
        "state      failed: 1 of 3 tenants failed",
        "tenants    3: 1 done, 1 failed, 1 pending",
        "policy     1 canary, waves of 2",
        "runner     desk, process 8, resumed 1 time",
        "template   2026-02-01-000000_notes",
        "took       1 min 5 s",
    ] {
        assert!(shown.lines().any(|there| there == line), "{line}\n{shown}");
    }
    let row = |slug: &str| shown.lines().position(|line| line.starts_with(&format!("{slug}  "))).unwrap();
    assert!(row("globex") < row("acme") && row("acme") < row("gone"), "{shown}");
    assert!(shown.contains("1 (canary)"), "{shown}");
    let errors = "\n\nglobex: relation \"notes\" already exists\nin the way \\u{1b}[2J\n";
    assert!(shown.ends_with(errors), "{shown}");
    for (only, slug) in [("--failed", "globex"), ("--pending", "gone")] {
        let json = operator.tenancy(&format!("runs show 2 {only} --json")).json();
        let tenants = json["tenants"].as_array().unwrap();
        assert_eq!((tenants.len(), tenants[0]["slug"].as_str()), (1, Some(slug)), "{json}");
    }
    assert_eq!(operator.tenancy("runs show 1").ok().lines().count(), 12, "no table without tenants");
    assert!(
        operator.tenancy("runs show 3").failed(1).contains("there is no run 3: `tenancy runs` lists them")
    );
}

#[test]
fn a_run_is_asked_to_pause_while_somebody_works_on_it_and_not_otherwise() {
    let operator = two_runs();
    let refused = operator.tenancy("runs pause latest");
    assert!(refused.failed(1).contains("run 2 is failed, and nobody works on it"), "{refused:?}");
    operator.sql("UPDATE tenancy.runs SET state = 'running', ended_at = NULL, reason = NULL WHERE id = 2");
    assert!(operator.tenancy("runs").stderr.contains("run 2 is interrupted"));
    assert!(
        operator.tenancy("runs pause 2").failed(1).contains("run 2 is interrupted, and nobody works on it")
    );
    let mut runner = PgConnection::establish(operator.url()).unwrap();
    runner.batch_execute("SELECT pg_advisory_lock(1952804466, 2)").unwrap();
    let ran = operator.tenancy("runs pause latest");
    assert_eq!(
        ran.ok(),
        "asked run 2 (desk, process 8) to pause: it stops after the transactions in flight\n"
    );
    assert!(ran.stderr.contains("tenancy migrate --resume"), "{ran:?}");
    assert!(operator.tenancy("runs show 2").ok().contains("running, and asked to pause"));
    assert_eq!(operator.tenancy("runs pause 2 --json").json()["pause_requested"], true);
}

#[test]
fn old_runs_are_forgotten_when_one_says_so() {
    let operator = two_runs();
    assert!(operator.tenancy("runs prune --older-than 101d").ok().starts_with("forgot 0 runs"));
    assert!(
        operator.tenancy("runs prune --older-than 99d").ok().starts_with("forgot 1 run that ended before ")
    );
    assert_eq!(operator.tenancy("runs prune --older-than 0h --json").json()["pruned"], 0, "2 can be resumed");
    assert!(operator.tenancy("runs prune").failed(2).contains("--older-than"));
    assert!(
        operator.tenancy("runs prune --older-than 9y").failed(2).contains("a whole number with h, d or w")
    );
}

#[test]
fn without_runs_it_says_how_one_begins() {
    let operator = Operator::initialized();
    let none = operator.tenancy("runs");
    assert_eq!(none.ok(), "");
    assert!(none.stderr.contains("no runs yet: `tenancy migrate` begins one"), "{none:?}");
    assert_eq!(operator.tenancy("runs --json").json(), serde_json::json!([]));
    assert!(operator.tenancy("runs show latest").failed(1).contains("there was no run yet"));
    assert!(operator.tenancy("runs show newest").failed(2).contains("a run's number, or `latest`"));
    assert!(Operator::new().tenancy("runs").failed(1).contains("run `tenancy init`"));
}

#[test]
fn help_of_each_part_has_an_example() {
    let operator = Operator::new();
    for part in ["show", "pause", "prune"] {
        let help = operator.without_url(&["runs", part, "--help"]);
        assert!(help.ok().contains(&format!("  tenancy runs {part} ")), "{help:?}");
    }
}

#[test]
fn what_a_migration_did_is_on_record() {
    let operator = Operator::initialized();
    for slug in ["a", "b", "c"] {
        operator.tenancy(&format!("create {slug}")).ok();
    }
    operator.sql("CREATE TABLE tenant_b.notes (in_the_way int)");
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.tenancy("migrate").failed(1);
    let listed = operator.tenancy("runs");
    let row: Vec<&str> = listed.ok().lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[..6], ["1", "failed", "up", "20261120000001", "2/3", "1"], "{listed:?}");
    let shown = operator.tenancy("runs show latest --failed");
    assert!(shown.ok().contains("\n\nb: "), "{shown:?}");
    assert!(shown.stdout.contains("relation \"notes\" already exists"), "{shown:?}");
    assert!(shown.stdout.contains("template   2026-11-20-000001_notes"), "{shown:?}");
    let json = operator.tenancy("runs show 1 --json").json();
    for tenant in json["tenants"].as_array().unwrap() {
        let failed = tenant["slug"] == "b";
        assert_eq!(tenant["state"], if failed { "failed" } else { "done" }, "{json}");
        assert_eq!(tenant["to_version"].as_str(), (!failed).then_some("20261120000001"), "{json}");
        assert!(tenant["finished_at"].is_string(), "{json}");
    }
    assert!(json["started_by"].as_str().unwrap().contains('@'), "{json}");

    operator.sql("DROP TABLE tenant_b.notes");
    operator.tenancy("migrate").ok();
    let standing: Vec<String> = operator
        .tenancy("runs --json")
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|run| format!("{} {}", run["standing"].as_str().unwrap(), run["counts"]["done"]))
        .collect();
    assert_eq!(standing, ["done 1", "superseded 2"]);
    operator.tenancy("migrate").ok();
    assert_eq!(
        operator.tenancy("runs --json").json().as_array().unwrap().len(),
        2,
        "nothing to do is no run"
    );
}
