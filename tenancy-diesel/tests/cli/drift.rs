//! `check` and `diff`: who is not what the template is.

use crate::support::Operator;

#[test]
fn check_names_what_drifted_and_only_that() {
    let operator = Operator::initialized();
    for tenant in ["acme", "globex", "initech"] {
        operator.tenancy(&format!("create {tenant}")).ok();
    }
    let ran = operator.tenancy("check");
    assert!(ran.ok().contains("no drift: 3 of 3 tenants the same as base_template"), "{ran:?}");
    operator.sql(
        "ALTER TABLE tenant_acme.tickets ALTER title SET DEFAULT 'x'; CREATE INDEX late ON tenant_acme.tickets (id); \
         ALTER TABLE tenant_globex.tickets DROP COLUMN title",
    );
    let ran = operator.tenancy("check --jobs 2");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("acme differs from base_template:\n    column tickets.title differs in default\n    index late is extra\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("globex differs from base_template:\n    column tickets.title is missing\n"));
    assert!(ran.stdout.contains("2 tenants drifted: 1 of 3 tenants the same"), "{ran:?}");
    assert!(ran.stderr.contains("`tenancy diff base_template acme` shows both sides"), "{ran:?}");
    // One at a time, and without.
    assert!(operator.tenancy("check --only initech").ok().starts_with("no drift: 1 of 1 tenant the same"));
    assert_eq!(operator.tenancy("check --only initech --only globex").code, 1);
    operator.tenancy("check --no-drift").ok();
    assert!(operator.tenancy("check --only nobody").failed(1).contains("no tenant `nobody`"));
    operator.tenancy("check --only acme --no-drift").failed(2);
}

#[test]
fn a_machine_is_told_everything() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.tenancy("create globex").ok();
    assert_eq!(operator.tenancy("check --json").json()["healthy"], true);
    operator.sql(
        "ALTER TABLE tenant_acme.tickets ALTER title SET DEFAULT 'x'; DROP SCHEMA tenant_globex CASCADE",
    );
    let document = operator.tenancy("check --json").json();
    assert_eq!(document["healthy"], false);
    let drift = &document["drift"];
    assert_eq!((&drift["template"], &drift["same"]), (&"base_template".into(), &0.into()));
    assert_eq!(
        drift["tenants"],
        serde_json::json!([
            {"slug": "acme", "schema": "tenant_acme", "standing": "drifted", "differences": [
                {"kind": "column", "name": "tickets.title", "change": "different", "properties": [
                    {"property": "default", "expected": null, "found": "'x'::text"}]}]},
            {"slug": "globex", "schema": "tenant_globex", "standing": "schema_missing"},
        ])
    );
    let only = operator.tenancy("check --json --only acme").json();
    assert!(only.get("findings").is_none() && only["drift"]["tenants"][0]["slug"] == "acme", "{only}");
}

#[test]
fn a_tenant_that_is_behind_is_shown_and_not_compared() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.migration(2, "more", "ALTER TABLE notes ADD x int", "ALTER TABLE notes DROP x");
    operator.tenancy("init").ok();
    operator.tenancy("create globex").ok();
    let ran = operator.tenancy("check --only acme --only globex");
    assert!(ran.ok().contains("acme is behind, 2 migrations pending: not compared\n"), "{ran:?}");
    assert!(ran.stdout.contains("no drift: 1 of 2 tenants the same as base_template, 1 at another version"));
    operator.tenancy("migrate").ok();
    let ran = operator.tenancy("check --only acme --only globex");
    assert!(ran.ok().starts_with("no drift: 2 of 2 tenants the same as base_template, in"), "{ran:?}");
}

#[test]
fn diff_shows_both_sides_and_exits_like_diff() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.tenancy("create globex").ok();
    assert_eq!(operator.tenancy("diff acme globex").ok(), "");
    assert_eq!(operator.tenancy("diff base_template acme --json").json()["same"], true);
    operator.sql(
        "ALTER TABLE tenant_acme.tickets ALTER title SET DEFAULT 'a'; ALTER TABLE tenant_acme.tickets ALTER id TYPE bigint; \
         CREATE VIEW tenant_globex.v AS SELECT 1",
    );
    let ran = operator.tenancy("diff acme globex");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(
        ran.stdout,
        "column tickets.id:\n    type\n      - bigint\n      + integer\n\
         column tickets.title:\n    default\n      - 'a'::text\n      + (none)\n\
         view v: only in globex\n"
    );
    assert_eq!(operator.tenancy("diff globex base_template").code, 1);
    assert!(operator.tenancy("diff acme nobody").failed(2).contains("no tenant `nobody`"));
    operator.tenancy("diff acme").failed(2);
    operator.sql("DROP SCHEMA tenant_globex CASCADE");
    assert!(operator.tenancy("diff acme globex").failed(2).contains("no schema `tenant_globex`"));
}

#[test]
fn create_can_do_without_the_proof() {
    let operator = Operator::initialized();
    operator.sql(
        "CREATE FUNCTION public.harm() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF to_regclass('tenant_acme.tickets') IS NOT NULL THEN \
         EXECUTE 'ALTER TABLE tenant_acme.tickets ALTER title SET DEFAULT 1'; END IF; END $$; \
         CREATE EVENT TRIGGER harm ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.harm()",
    );
    let ran = operator.tenancy("create acme");
    assert!(ran.failed(1).contains("column tickets.title differs in default"), "{ran:?}");
    operator.tenancy("create acme --no-proof").ok();
    assert_eq!(operator.tenancy("check --only acme").code, 1);
}
