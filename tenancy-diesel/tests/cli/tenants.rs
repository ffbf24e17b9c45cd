use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Operator, Ran};

#[test]
fn an_empty_registry_lists_nothing_and_says_what_to_do() {
    let operator = Operator::initialized();
    let ran = operator.tenancy("list");
    assert_eq!(ran.ok(), "");
    assert!(ran.stderr.contains("no tenants yet: `tenancy create acme`"), "{ran:?}");
    assert_eq!(operator.tenancy("list --json").json(), serde_json::json!([]));
}

#[test]
fn a_tenant_is_created_shown_renamed_suspended_and_dropped() {
    let operator = Operator::initialized();
    let created =
        operator.tenancy_with(&["create", "acme", "--name", "Acme, Inc.", "--plan", "pro", "--json"]);
    assert_eq!(created.json()["name"], "Acme, Inc.");
    assert!(operator.tenancy("create acme").failed(1).contains("tenant `acme` already exists"));

    let shown = operator.tenancy("show acme --json").json();
    for (field, value) in [("slug", "acme"), ("status", "active"), ("plan", "pro")] {
        assert_eq!(shown[field], value, "{shown}");
    }
    assert_eq!(shown["placement"], serde_json::json!({ "kind": "schema", "schema": "tenant_acme" }));
    for field in ["id", "settings", "template_version", "pending", "created_at", "updated_at"] {
        assert!(shown.get(field).is_some(), "{field}: {shown}");
    }
    for line in ["name       Acme, Inc.", "schema     tenant_acme", "pending    -"] {
        assert!(operator.tenancy("show acme").ok().lines().any(|there| there == line), "{line}");
    }

    assert_eq!(operator.tenancy("suspend acme").ok(), "tenant `acme` is suspended\n");
    assert_eq!(operator.tenancy("list --status suspended --json").json()[0]["slug"], "acme");
    assert_eq!(operator.tenancy("activate acme --json").json()["status"], "active");
    assert_eq!(operator.tenancy("archive acme").ok(), "tenant `acme` is archived\n");
    assert_eq!(operator.tenancy("rename acme globex --json").json()["placement"]["schema"], "tenant_globex");
    assert!(operator.tenancy("show acme").failed(1).contains("there is no tenant `acme`"));
    assert_eq!(operator.tenancy("drop globex --yes --json").json()["slug"], "globex");
    assert!(operator.tenancy("drop globex --yes").failed(1).contains("there is no tenant `globex`"));
}

#[test]
fn drop_without_a_terminal_wants_yes() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    assert!(operator.tenancy("drop acme").failed(2).contains("--yes"));
    operator.tenancy("show acme").ok();
}

#[test]
fn a_tenants_name_cannot_control_the_terminal() {
    let operator = Operator::initialized();
    operator.tenancy_with(&["create", "evil", "--name", "\u{1b}[2J\nfake line"]).ok();
    let ran = operator.tenancy("list");
    assert!(!ran.ok().contains('\u{1b}'), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:?}");
}

#[test]
fn errors_are_json_for_machines() {
    let operator = Operator::initialized();
    let ran = operator.tenancy("--json show nobody");
    let error: serde_json::Value = serde_json::from_str(ran.failed(1)).unwrap();
    assert_eq!(error, serde_json::json!({ "error": "there is no tenant `nobody`" }));
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let operator = Operator::initialized();
    // More than a pipe holds.
    operator.sql(
        "INSERT INTO tenancy.tenants (slug, name, status, schema_name) \
         SELECT 't' || n, repeat('x', 100), 'active', 'tenant_t' || n FROM generate_series(1, 2000) n",
    );
    let mut child = operator
        .command(&["list", "--database-url", operator.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_database_that_is_away_is_a_failure_without_the_password() {
    let operator = Operator::new();
    let ran =
        Ran::of(&mut operator.command(&["--database-url", "postgres://me:s3cret@127.0.0.1:1/x", "list"]));
    assert!(ran.failed(1).contains("cannot be reached"), "{ran:?}");
    assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    let ran =
        Ran::of(&mut operator.command(&["--database-url", "postgress://me:s3cret@127.0.0.1/x", "list"]));
    assert!(!ran.failed(1).contains("s3cret"), "{ran:?}");
}

#[test]
fn a_tenant_is_cloned_with_and_without_its_data() {
    let operator = Operator::initialized();
    operator.tenancy("create acme --plan pro").ok();
    operator.sql("INSERT INTO tenant_acme.tickets (title) VALUES ('one'), ('two')");
    let cloned = operator.tenancy("clone acme rehearsal --with-data --name Rehearsal --json").json();
    assert_eq!(
        (&cloned["slug"], &cloned["name"], &cloned["plan"]),
        (&"rehearsal".into(), &"Rehearsal".into(), &"pro".into())
    );
    let titles = operator
        .tenancy_with(&["exec", "SELECT string_agg(title, ' ' ORDER BY id) AS t FROM tickets", "--json"])
        .json();
    assert_eq!(titles.to_string().matches("one two").count(), 2, "{titles}");
    let ran = operator.tenancy("clone acme empty");
    assert!(
        ran.ok().starts_with("cloned tenant `acme` without its data to `empty` in schema `tenant_empty` in "),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, "", "no spinner where there is no terminal");
    assert!(operator.tenancy("clone acme empty").failed(1).contains("tenant `empty` already exists"));
    assert!(operator.tenancy("clone nobody other").failed(1).contains("there is no tenant `nobody`"));
    assert!(operator.tenancy("clone acme").failed(2).contains("<TO>"));
}

#[test]
fn seeds_are_listed_added_and_removed() {
    let operator = Operator::initialized();
    operator
        .sql("CREATE TABLE base_template.plans (name text); INSERT INTO base_template.plans VALUES ('pro')");
    let none = operator.tenancy("seed");
    assert_eq!(none.ok(), "");
    assert!(none.stderr.contains("no seeds: new tenants start empty"), "{none:?}");
    let added = operator.tenancy("seed plans tickets --json").json();
    assert_eq!(
        (&added[0]["table"], &added[0]["exists"], &added[1]["table"]),
        (&"plans".into(), &true.into(), &"tickets".into())
    );
    assert!(
        operator
            .tenancy("seed countries")
            .failed(1)
            .contains("`countries` is no seed table: `base_template` has no such table")
    );
    operator.tenancy("create acme").ok();
    let rows = operator.tenancy_with(&["exec", "SELECT name FROM plans", "--json"]).json();
    assert!(rows.to_string().contains("pro"), "{rows}");
    operator.sql("DROP TABLE base_template.plans");
    let listed = operator.tenancy("seed");
    assert_eq!(listed.code, 1, "{listed:?}");
    assert!(
        listed.stdout.lines().any(|line| line.starts_with("plans ") && line.ends_with("missing")),
        "{listed:?}"
    );
    assert!(operator.tenancy("create globex").failed(1).contains("`tenancy seed --remove` forgets it"));
    assert!(operator.tenancy("init").failed(1).contains("rows of `plans` are to be copied"));
    assert!(operator.tenancy("check").stdout.contains("table plans of base_template"));
    assert_eq!(operator.tenancy("seed --remove plans --json").json().as_array().unwrap().len(), 1);
    operator.tenancy("create globex").ok();
    assert!(operator.tenancy("seed --remove").failed(2).contains("which tables?"));
}
