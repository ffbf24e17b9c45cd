use crate::support::Operator;

/// The tests' server is used as its superuser, which is a fault by itself.
const ALWAYS: &str = "login_superuser";

fn codes(document: &serde_json::Value) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn before_init_the_doctor_says_to_init() {
    let operator = Operator::new();
    for command in ["doctor", "check", "doctor --fix"] {
        let ran = operator.tenancy(command);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.contains("not_initialized") && ran.stdout.contains("tenancy init"), "{ran:?}");
    }
}

#[test]
fn findings_are_told_with_the_statement_that_mends_them() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.sql("GRANT SELECT ON tenant_acme.tickets TO PUBLIC; CREATE SCHEMA tenant_ghost;");
    let ran = operator.tenancy("doctor");
    assert_eq!(ran.code, 1, "{ran:?}");
    for said in [
        "critical: logins that serve tenants and are superusers  [login_superuser]",
        "    select on tenant_acme.tickets (PUBLIC)\n  why: ",
        "in SQL, as the owner role or a superuser; --fix runs it:\n    REVOKE ALL ON TABLE tenant_acme.tickets FROM PUBLIC;\n",
        "    DROP SCHEMA tenant_ghost CASCADE;\n",
        "2 critical faults, 1 warning, 1 piece of advice in ",
    ] {
        assert!(ran.stdout.contains(said), "{said}\n{}", ran.stdout);
    }
}

#[test]
fn fix_runs_the_safe_statements_and_tells_what_is_left() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.sql("GRANT SELECT ON tenant_acme.tickets TO PUBLIC; CREATE SCHEMA tenant_ghost;");
    let ran = operator.tenancy("doctor --fix");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.starts_with("fixed: REVOKE ALL ON TABLE tenant_acme.tickets FROM PUBLIC\n"),
        "{ran:?}"
    );
    assert!(
        !ran.stdout.contains("[public_grants]") && ran.stdout.contains("[schema_without_row]"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("ran 1 statement"), "{ran:?}");
}

#[test]
fn json_has_everything_in_one_document() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.sql("CREATE SCHEMA tenant_ghost; GRANT SELECT ON tenant_acme.tickets TO PUBLIC;");
    let ran = operator.tenancy("doctor --json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let document = ran.json();
    assert_eq!(document["healthy"], false);
    assert_eq!(codes(&document), [ALWAYS, "public_grants", "schema_without_row", "public_temp"]);
    let finding = &document["findings"][1];
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["subjects"][0], "select on tenant_acme.tickets (PUBLIC)");
    assert_eq!(finding["mend"][0], "REVOKE ALL ON TABLE tenant_acme.tickets FROM PUBLIC");
    assert_eq!(finding["by"], "owner");
    assert_eq!(finding["safe_to_fix"], true);
    for text in ["what", "why", "remedy"] {
        assert!(!finding[text].as_str().unwrap().is_empty(), "{finding}");
    }
    assert!(document["checked"].as_array().unwrap().len() > 40);
    assert_eq!(ran.stderr, "");

    let fixed = operator.tenancy("doctor --json --fix").json();
    assert_eq!(fixed["fixed"][0], finding["mend"][0]);
    assert_eq!(fixed["failed"].as_array().unwrap().len(), 0);
    assert_eq!(codes(&fixed), [ALWAYS, "schema_without_row", "public_temp"]);
}

#[test]
fn a_healthy_database_says_so_and_how_much_was_looked_at() {
    let operator = Operator::initialized();
    // `check` looks at tenants only, so that the superuser does not matter.
    let ran = operator.tenancy("check");
    assert!(ran.ok().starts_with("healthy: ") && ran.stdout.contains("nothing found"), "{ran:?}");
}

#[test]
fn check_finds_what_falls_through() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.tenancy("check").ok();
    operator.sql("DROP TABLE tenant_acme.tickets; CREATE TABLE public.tickets (id int)");
    let ran = operator.tenancy("check --json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let document = ran.json();
    assert_eq!(codes(&document), ["answered_from_shared", "fall_through", "tenant_incomplete"]);
    assert_eq!(document["findings"][0]["subjects"][0], "acme: relation tickets of public");
}
