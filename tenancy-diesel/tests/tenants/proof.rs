//! A clone that is not what the template is leaves nothing behind.

use tenancy_diesel::Error;

use crate::desk::{Desk, slug};

/// Plants what somebody else's DDL triggers and defaults may do to a clone.
fn plant(desk: &Desk, tag: &str, harm: &str) {
    desk.world.sql(&format!(
        "CREATE FUNCTION public.harm() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name LIKE 'tenant\\_%') THEN {harm}; END IF;
         END $$;
         CREATE EVENT TRIGGER harm ON ddl_command_end WHEN TAG IN ('{tag}') EXECUTE FUNCTION public.harm()"
    ));
}

/// What the refusal of a clone names.
fn refused(desk: &Desk) -> Vec<String> {
    match desk.create("acme").unwrap_err() {
        Error::CloneDiffers { schema, differences } => {
            assert_eq!(schema.as_str(), "tenant_acme");
            differences.iter().map(ToString::to_string).collect()
        }
        error => panic!("{error}"),
    }
}

fn nothing_remains(desk: &Desk) {
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'"), "0");
}

#[test]
fn a_clone_with_another_default_is_undone_and_the_column_named() {
    let desk = Desk::new();
    let harm = "EXECUTE 'ALTER TABLE tenant_acme.customers ALTER name SET DEFAULT 1'";
    plant(
        &desk,
        "CREATE TABLE",
        &format!("IF to_regclass('tenant_acme.customers') IS NOT NULL THEN {harm}; END IF"),
    );
    assert_eq!(refused(&desk), ["column customers.name differs in default"]);
    nothing_remains(&desk);
    // The second time nothing is captured anew: the template is as it was.
    assert_eq!(refused(&desk), ["column customers.name differs in default"]);
    desk.world.sql("DROP EVENT TRIGGER harm");
    desk.create("acme").unwrap();
}

#[test]
fn a_clone_with_a_table_too_many_is_undone_and_the_table_named() {
    let desk = Desk::new();
    plant(&desk, "CREATE TYPE", "EXECUTE 'CREATE TABLE tenant_acme.added (x integer)'");
    assert_eq!(refused(&desk), ["table added is extra"]);
    nothing_remains(&desk);
}

#[test]
fn rights_that_a_role_gives_away_by_default_are_named() {
    let desk = Desk::new();
    desk.create("first").unwrap();
    let owner = desk.value("SELECT owner_role FROM tenancy.installation");
    desk.world.sql(&format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO PUBLIC"));
    let named = refused(&desk);
    assert!(named.contains(&"table customers differs in privileges".to_owned()), "{named:?}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "1");
}

#[test]
fn whoever_wants_no_proof_gets_none() {
    let desk = Desk::new();
    plant(&desk, "CREATE TYPE", "EXECUTE 'CREATE TABLE tenant_acme.added (x integer)'");
    let unproved = desk.another_with(|builder| builder.prove_clones(false));
    let new = tenancy_diesel::NewTenant::new(slug("acme"));
    unproved.provisioner().create(&new).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.added"), "0");
}

#[test]
fn a_template_that_was_changed_by_hand_is_read_anew_and_what_is_remembered_is_undone() {
    let desk = Desk::new();
    desk.create("first").unwrap();
    desk.world
        .sql("ALTER TABLE base_template.customers ADD COLUMN nick text; DROP TABLE base_template.tickets");
    desk.create("acme").unwrap();
    assert_eq!(desk.value("SELECT count(nick) FROM tenant_acme.customers"), "0");
    assert_eq!(desk.value("SELECT to_regclass('tenant_acme.tickets')::text IS NULL"), "true");
    // A script that fails altogether is no obstacle either.
    desk.world.sql("DROP TABLE base_template.__diesel_schema_migrations");
    desk.create("globex").unwrap();
}

#[test]
fn what_the_first_clone_did_not_hold_is_compared_in_the_second() {
    let desk = Desk::new();
    desk.create("first").unwrap();
    plant(&desk, "CREATE TYPE", "EXECUTE 'CREATE COLLATION tenant_acme.added (locale = ''C'')'");
    assert_eq!(refused(&desk), ["collation added is extra"]);
}

#[test]
fn who_granted_a_right_is_no_difference_for_in_a_clone_it_is_the_owner() {
    let desk = Desk::new();
    let (owner, database) =
        (desk.value("SELECT owner_role FROM tenancy.installation"), desk.value("SELECT current_database()"));
    desk.world.sql(&format!(
        "CREATE ROLE lender_{database}; CREATE ROLE reader_{database}; SET ROLE {owner};
         GRANT USAGE ON SCHEMA base_template TO lender_{database};
         GRANT SELECT ON base_template.customers TO lender_{database} WITH GRANT OPTION;
         GRANT UPDATE ON base_template.customers TO reader_{database};
         SET ROLE lender_{database}; GRANT SELECT ON base_template.customers TO reader_{database}"
    ));
    let created = desk.create("acme");
    let rights = desk.value(&format!(
        "SELECT string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) FROM pg_class c, aclexplode(c.relacl) a \
         WHERE c.oid = to_regclass('tenant_acme.customers') AND a.grantee = 'reader_{database}'::regrole"
    ));
    desk.world.sql(&format!(
        "DROP OWNED BY reader_{database}; DROP OWNED BY lender_{database}; DROP ROLE reader_{database}, lender_{database}"
    ));
    created.unwrap();
    assert_eq!(rights, "SELECT UPDATE");
}

/// A publication is no part of a schema's structure, so what was remembered of the template must not be used.
#[test]
fn a_template_that_is_published_after_a_first_clone_is_refused_at_the_next() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    for publication in ["FOR TABLE base_template.customers", "FOR TABLES IN SCHEMA base_template"] {
        desk.world.sql(&format!("CREATE PUBLICATION late {publication}"));
        let error = desk.create("globex").unwrap_err();
        assert!(matches!(error, Error::Capture(_)) && error.to_string().contains("late"), "{error}");
        desk.world.sql("DROP PUBLICATION late");
    }
    desk.create("globex").unwrap();
}
