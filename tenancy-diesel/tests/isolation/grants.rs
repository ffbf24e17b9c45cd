//! What the template grants, where tenants have roles: ordinary roles get it on every clone; what would let one tenant
//! at another's rows is refused.

use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, NewTenant};

use crate::house::{House, Logins};

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

/// Runs `sql` as the owner of the template.
fn as_owner(house: &House, sql: &str) {
    house.sql(&format!("SET ROLE {}; {sql}", house.truth("SELECT owner_role FROM tenancy.installation")));
}

fn refusal(house: &House) -> String {
    let refused = house.tenancy.provisioner().create(&NewTenant::new(slug("initech")));
    assert!(matches!(refused, Err(Error::Capture(_))), "{refused:?}");
    let error = refused.unwrap_err();
    std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[test]
fn an_ordinary_role_gets_on_every_clone_what_it_has_on_the_template() {
    let house = House::new(Logins::Two);
    let reader = format!("reader_{}", house.truth("current_database()"));
    house.sql(&format!("CREATE ROLE {reader}"));
    as_owner(
        &house,
        &format!(
            "GRANT USAGE ON SCHEMA base_template TO {reader}; GRANT SELECT (name) ON base_template.people TO {reader};
             REVOKE EXECUTE ON FUNCTION base_template.headcount() FROM PUBLIC;
             ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT SELECT ON SEQUENCES TO {reader}"
        ),
    );
    house.move_in("initech");
    let may =
        |what: &str| house.truth(&format!("SELECT {}", what.replace("{reader}", &format!("'{reader}'"))));
    assert_eq!(may("has_column_privilege({reader}, 'tenant_initech.people', 'name', 'SELECT')"), "true");
    assert_eq!(may("has_column_privilege({reader}, 'tenant_initech.people', 'id', 'SELECT')"), "false");
    assert_eq!(
        may("has_column_privilege({reader}, 'tenant_acme.people', 'name', 'SELECT')"),
        "false",
        "made before"
    );
    // The tenant's role has its own rights, and no more than the template leaves it.
    assert_eq!(house.value("initech", "SELECT name FROM people"), "initech");
    let refused = house.attempt("initech", "SELECT headcount()").unwrap_err();
    assert!(refused.contains("permission denied for function headcount"), "{refused}");
    assert!(house.attempt("initech", "SELECT * FROM tenant_acme.people").is_err());
    assert!(house.attempt("acme", "SELECT * FROM tenant_initech.people").is_err());
    house.sql(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}"));
}

#[test]
fn rights_of_everybody_of_a_tenant_and_of_their_groups_are_refused_with_the_remedy() {
    let house = House::new(Logins::Two);
    let group = format!("group_{}", house.truth("current_database()"));
    let tenants = house.truth("SELECT tenants_role FROM tenancy.installation");
    house.sql(&format!("CREATE ROLE {group}; GRANT {group} TO {tenants}"));
    let acme = house.tenant_role("acme");
    for (object, privilege, who) in [
        ("SCHEMA base_template", "USAGE", "PUBLIC"),
        ("base_template.people", "SELECT", "PUBLIC"),
        ("base_template.people", "SELECT (name)", "PUBLIC"),
        ("base_template.names", "SELECT", "PUBLIC"),
        ("SEQUENCE base_template.people_id_seq", "USAGE", "PUBLIC"),
        ("base_template.people", "SELECT", tenants.as_str()),
        ("base_template.people", "SELECT", group.as_str()),
        ("base_template.people", "SELECT", acme.as_str()),
        ("FUNCTION base_template.headcount()", "EXECUTE", acme.as_str()),
    ] {
        as_owner(&house, &format!("GRANT {privilege} ON {object} TO {who}"));
        let told = refusal(&house);
        assert!(told.contains("one tenant would have rights on what is another's"), "{object}: {told}");
        assert!(
            told.contains(&format!("grants to {who}")) && told.contains("REVOKE it in the template"),
            "{told}"
        );
        as_owner(&house, &format!("REVOKE {privilege} ON {object} FROM {who}"));
    }
    for who in ["PUBLIC", acme.as_str()] {
        let rule = "ALTER DEFAULT PRIVILEGES IN SCHEMA base_template";
        as_owner(&house, &format!("{rule} GRANT SELECT ON TABLES TO {who}"));
        assert!(refusal(&house).contains("one tenant would have rights on what is another's"));
        as_owner(&house, &format!("{rule} REVOKE SELECT ON TABLES FROM {who}"));
    }
    // Functions and types are everybody's anyway, and out of reach without rights on the schema.
    as_owner(&house, "GRANT EXECUTE ON FUNCTION base_template.headcount() TO PUBLIC");
    house.move_in("initech");
    house.sql(&format!("DROP ROLE {group}"));
}

#[test]
fn a_tenants_own_rights_are_not_those_of_a_copy_of_its_schema() {
    use diesel::connection::SimpleConnection as _;
    use tenancy_diesel::core::name::SchemaName;
    let house = House::new(Logins::Two);
    let acme = house.tenant_role("acme");
    let mut bare = house.bare();
    let blueprint =
        tenancy_diesel::blueprint::capture(&mut bare, &SchemaName::parse("tenant_acme").unwrap()).unwrap();
    bare.batch_execute(blueprint.render(&SchemaName::parse("copy_of_acme").unwrap()).as_str()).unwrap();
    for what in [
        format!("has_schema_privilege('{acme}', 'copy_of_acme', 'USAGE')"),
        format!("has_table_privilege('{acme}', 'copy_of_acme.people', 'SELECT')"),
        format!(
            "EXISTS (SELECT FROM pg_default_acl WHERE defaclnamespace = 'copy_of_acme'::regnamespace AND defaclacl::text LIKE '%{acme}%')"
        ),
    ] {
        assert_eq!(house.truth(&format!("SELECT {what}")), "false", "{what}");
        assert_eq!(
            house.truth(&format!("SELECT {}", what.replace("copy_of_acme", "tenant_acme"))),
            "true",
            "{what}"
        );
    }
}

#[test]
fn without_roles_nobody_is_kept_apart_by_rights_and_the_template_decides() {
    let house = House::without_roles(Logins::One);
    let owner = house.truth("SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'base_template'");
    house.sql(&format!("SET ROLE {owner}; GRANT SELECT ON base_template.people TO PUBLIC"));
    house.move_in("initech");
    let granted = "SELECT relacl::text LIKE '%{=r/%' OR relacl::text LIKE '%,=r/%' FROM pg_class WHERE oid = 'tenant_initech.people'::regclass";
    assert_eq!(house.truth(granted), "true");
}

#[test]
fn rights_of_everybody_are_refused_when_roles_come_behind_a_first_clone() {
    let house = House::without_roles(Logins::One);
    let owner = house.truth("SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'base_template'");
    house.sql(&format!("SET ROLE {owner}; GRANT USAGE ON SCHEMA base_template TO PUBLIC; GRANT SELECT ON base_template.people TO PUBLIC"));
    let running = &house.tenancy;
    running.provisioner().create(&NewTenant::new(slug("first"))).unwrap();
    let another = || tenancy_diesel::Tenancy::builder().database_url(house.url_as("app")).build().unwrap();
    let operator = another();
    operator.roles().apply(&[], |_, _| {}).unwrap();
    let fresh = another().provisioner().create(&NewTenant::new(slug("fresh")));
    assert!(matches!(fresh, Err(Error::Capture(_))), "{fresh:?}");
    let created = running.provisioner().create(&NewTenant::new(slug("initech")));
    assert!(matches!(created, Err(Error::Capture(_))), "{created:?}");
    house.sql(&format!("SET ROLE {}; REVOKE ALL ON base_template.people FROM PUBLIC; REVOKE ALL ON SCHEMA base_template FROM PUBLIC",
        house.truth("SELECT owner_role FROM tenancy.installation")));
    running.provisioner().create(&NewTenant::new(slug("initech"))).unwrap();
}
