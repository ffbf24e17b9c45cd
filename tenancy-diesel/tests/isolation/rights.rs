//! What a tenant's role may do, and what not.

use crate::house::{House, Logins};

#[test]
fn a_tenant_reads_and_writes_its_own() {
    let house = House::new(Logins::Two);
    house.attempt("acme", "INSERT INTO people (name, mood) VALUES ('two', 'cross'); UPDATE people SET name = 'deux' WHERE name = 'two'; INSERT INTO visits (person_id) SELECT id FROM people; DELETE FROM visits; DELETE FROM people WHERE name = 'deux'").unwrap();
    for (expression, expected) in [
        ("SELECT count(*) FROM people", "1"),
        ("SELECT string_agg(name, ',') FROM names", "acme"),
        ("headcount()", "1"),
        ("headcount_atomic()", "1"),
        ("SELECT nextval('people_id_seq') > 0", "true"),
        ("SELECT setval('people_id_seq', 100)", "100"),
        ("SELECT 'calm'::mood::text", "calm"),
    ] {
        assert_eq!(house.value("acme", expression), expected, "{expression}");
    }
}

#[test]
fn a_tenant_changes_nothing_about_its_schema() {
    let house = House::new(Logins::Two);
    for ddl in [
        "CREATE TABLE t (id int)",
        "CREATE TABLE public.t (id int)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        "CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        "CREATE SCHEMA s",
        "CREATE ROLE r",
        "CREATE EXTENSION dblink",
        "ALTER TABLE people ADD COLUMN x int",
        "ALTER TABLE people DISABLE TRIGGER ALL",
        "ALTER SCHEMA tenant_acme OWNER TO CURRENT_ROLE",
        "ALTER SCHEMA tenant_acme RENAME TO mine",
        "DROP TABLE visits",
        "DROP SCHEMA tenant_acme CASCADE",
        "TRUNCATE people CASCADE",
        "CREATE POLICY p ON people",
        "CREATE TRIGGER t BEFORE INSERT ON people EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "COMMENT ON TABLE people IS 'x'",
        "CREATE INDEX ON people (name)",
        "COPY people TO '/tmp/people'",
        "COPY people FROM PROGRAM 'true'",
        "SET session_replication_role = replica",
        "SET SESSION AUTHORIZATION postgres",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('9')",
        "DELETE FROM __diesel_schema_migrations",
        "UPDATE __diesel_schema_migrations SET version = '9'",
    ] {
        let said = house.attempt("acme", ddl).expect_err(ddl);
        // An extension that does not exist here is refused for that reason first.
        assert!(
            ["permission denied", "must be owner", "must be superuser", "not available"]
                .iter()
                .any(|refusal| said.contains(refusal)),
            "{ddl}: {said}"
        );
    }
}

#[test]
fn a_tenant_passes_none_of_its_rights_on() {
    let house = House::new(Logins::Two);
    // PostgreSQL says so with a warning only.
    house
        .attempt("acme", "GRANT SELECT ON people TO PUBLIC; GRANT USAGE ON SCHEMA tenant_acme TO PUBLIC")
        .unwrap();
    let public = "SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 0 AND c.relnamespace = 'tenant_acme'::regnamespace";
    assert_eq!(house.truth(public), "0");
    let denied = house.attempt("globex", "SELECT * FROM tenant_acme.people").unwrap_err();
    assert_eq!(denied, "permission denied for schema tenant_acme");
}

#[test]
fn the_control_plane_is_closed_to_tenants() {
    let house = House::new(Logins::Two);
    for sql in [
        "SELECT * FROM tenancy.tenants",
        "UPDATE tenancy.tenants SET status = 'archived'",
        "SELECT * FROM tenancy.logins",
        "SELECT tenancy.act_as_owner(NULL, false)",
        "SELECT tenancy.pin_transaction(NULL, '', '', '', '')",
        "SELECT tenancy.drop_tenant_role('x')",
    ] {
        let said = house.attempt("acme", sql).expect_err(sql);
        assert_eq!(said, "permission denied for schema tenancy", "{sql}");
    }
}

#[test]
fn shared_objects_are_shared_one_by_one() {
    let house = House::new(Logins::Two);
    house.sql(
        "CREATE TABLE public.countries (code text PRIMARY KEY); INSERT INTO public.countries VALUES ('NL');
         CREATE TABLE public.ledger (entry text)",
    );
    house.sql(&format!(
        "ALTER TABLE public.countries OWNER TO {0}; ALTER TABLE public.ledger OWNER TO {0}",
        house.role("operator")
    ));
    let denied = "permission denied for table countries";
    assert_eq!(house.attempt("acme", "SELECT * FROM countries"), Err(denied.to_owned()));
    let roles = house.tenancy.roles();
    roles.share("public.countries", false).unwrap();
    assert_eq!(house.value("acme", "SELECT code FROM countries"), "NL");
    assert_eq!(house.value("globex", "SELECT code FROM public.countries"), "NL");
    assert_eq!(house.attempt("acme", "DELETE FROM countries"), Err(denied.to_owned()));
    assert!(house.attempt("acme", "SELECT * FROM ledger").is_err());
    roles.share("public.ledger", true).unwrap();
    house.attempt("acme", "INSERT INTO ledger VALUES ('x')").unwrap();
    // Tenants that come later have it too.
    house.move_in("initech");
    assert_eq!(house.value("initech", "SELECT code FROM countries"), "NL");
    roles.unshare("public.countries").unwrap();
    assert_eq!(house.attempt("acme", "SELECT * FROM countries"), Err(denied.to_owned()));
    for (object, why) in [
        ("tenant_acme.people", "permission denied"),
        ("tenancy.tenants", "not in a shared schema"),
        ("public.nothing", "does not exist"),
        ("public.x; DROP TABLE public.ledger", "invalid name syntax"),
    ] {
        let refused = roles.share(object, false).unwrap_err().to_string();
        assert!(refused.contains(why), "{object}: {refused}");
    }
    assert_eq!(house.truth("SELECT count(*) FROM public.ledger"), "1");
}
