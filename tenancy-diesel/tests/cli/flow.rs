use crate::support::Operator;

#[test]
fn an_empty_directory_and_a_hand_made_template_are_enough() {
    let operator = Operator::new();
    operator.sql(
        "CREATE SCHEMA base_template; \
         CREATE TABLE base_template.tickets (id serial PRIMARY KEY, title text NOT NULL)",
    );
    assert!(operator.tenancy("init").ok().contains("already there"));
    operator.tenancy("create a").ok();
    operator.tenancy("create b").ok();
    assert!(operator.tenancy("migrate").ok().contains("nothing to do: there are no migrations"));
    let status = operator.tenancy("status");
    let tenants: Vec<&str> =
        status.ok().lines().filter_map(|line| line.split_whitespace().next()).skip(2).collect();
    assert_eq!(tenants, ["a", "b"]);

    operator.tenancy_with(&["exec", "--only", "a", "--", "INSERT INTO tickets (title) VALUES ('one')"]).ok();
    let counts = operator.tenancy_with(&["exec", "--json", "--", "SELECT count(*) FROM tickets"]).json();
    assert_eq!(counts[0]["rows"][0]["count"], 1, "{counts}");
    assert_eq!(counts[1]["rows"][0]["count"], 0, "{counts}");
}

#[test]
fn init_can_be_repeated_and_says_what_it_did() {
    let operator = Operator::new();
    operator.migration(1, "tickets", "CREATE TABLE tickets (id int)", "DROP TABLE tickets");
    let first = operator.tenancy("init --json").json();
    assert_eq!(first["control_plane"], "tenancy");
    assert_eq!(first["template"]["schema"], "base_template");
    assert_eq!(first["template"]["version"], "20261120000001");
    assert_eq!(first["applied"][0], "2026-11-20-000001_tickets");
    let second = operator.tenancy("init --json").json();
    assert_eq!(second["applied"].as_array().unwrap().len(), 0);
}

#[test]
fn a_control_plane_of_somebody_else_is_left_alone_and_named() {
    let operator = Operator::new();
    operator.sql("CREATE SCHEMA tenancy");
    assert!(operator.tenancy("init").failed(1).contains("a schema `tenancy` exists"));
}

#[test]
fn template_and_prefix_can_be_chosen() {
    let operator = Operator::new();
    operator.tenancy("init --template blank").ok();
    operator.tenancy("--template blank --prefix customer_ create acme").ok();
    let shown = operator.tenancy("show acme --json").json();
    assert_eq!(shown["placement"]["schema"], "customer_acme");
}

#[test]
fn a_control_plane_that_is_missing_is_named_with_the_remedy_and_nothing_is_made() {
    let operator = Operator::new();
    operator.migration(1, "tickets", "CREATE TABLE tickets (id int)", "DROP TABLE tickets");
    for command in
        ["list", "show a", "create a", "migrate", "migrate --dry-run", "status", "revert", "suspend a"]
    {
        let ran = operator.tenancy(command);
        assert!(ran.failed(1).contains("tenancy init"), "{command}: {ran:?}");
    }
    // None of them made the template.
    operator.sql("CREATE SCHEMA base_template");
}

#[test]
fn what_a_clone_would_lose_is_refused_at_init_with_the_remedy() {
    let operator = Operator::new();
    operator.migration(1, "tickets", "CREATE TABLE tickets (id int)", "DROP TABLE tickets");
    operator.tenancy("init").ok();
    operator.sql("CREATE PUBLICATION p FOR TABLE base_template.tickets");
    let ran = operator.tenancy("init");
    let told = ran.failed(1);
    assert!(told.contains("publication of table base_template.tickets in publication p"), "{told}");
    assert!(told.contains("ALTER PUBLICATION"), "{told}");
}

#[test]
fn a_body_that_cannot_be_decided_is_a_warning_of_init_and_a_finding_of_check() {
    let operator = Operator::new();
    operator.migration(
        1,
        "tickets",
        "CREATE TABLE tickets (id int); \
         CREATE FUNCTION certain() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM base_template.tickets'; \
         CREATE FUNCTION doubtful() RETURNS bigint LANGUAGE sql AS 'SELECT count(base_template.id)\nFROM tickets base_template'",
        "DROP FUNCTION doubtful(); DROP FUNCTION certain(); DROP TABLE tickets",
    );
    let ran = operator.tenancy("init");
    assert_eq!(ran.code, 0, "{ran:?}");
    let told: Vec<_> = ran.stderr.lines().filter(|line| line.contains("warning")).collect();
    assert_eq!(told.len(), 2, "{ran:?}");
    assert!(
        told[0].contains("base_template.doubtful(), line 1: `SELECT count(base_template.id)`"),
        "{told:?}"
    );
    assert!(told[1].contains("line 2: `FROM tickets base_template`"), "{told:?}");
    assert_eq!(operator.tenancy("init --json").json()["undecided"].as_array().unwrap().len(), 2);
    operator.tenancy("create acme").ok();
    let found = operator.tenancy("check --json").json();
    assert_eq!(found["findings"][0]["code"], "undecided_bodies");
    assert_eq!(found["findings"][0]["subjects"].as_array().unwrap().len(), 2);
}
