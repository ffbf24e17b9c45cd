//! Roles through a tenant's life.

use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, RunOptions};

use crate::house::{House, Logins};

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

#[test]
fn a_sign_up_that_fails_leaves_no_role() {
    let house = House::new(Logins::Two);
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'tenant%'";
    let before = house.truth(roles);
    house.sql("CREATE SCHEMA tenant_initech");
    let refused = house.tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug("initech")));
    assert!(matches!(refused, Err(Error::SchemaTaken(_))));
    house.sql("DROP SCHEMA tenant_initech; CREATE COLLATION base_template.odd FROM \"C\"");
    house.tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug("initech"))).unwrap_err();
    // Other tests make roles in this cluster meanwhile: count those of this database's tenants.
    let ours = "SELECT count(*) FROM pg_roles r JOIN tenancy.tenants t ON t.role_name = r.rolname";
    assert_eq!(house.truth(ours), "2");
    assert!(before.parse::<u32>().unwrap() >= 2);
}

#[test]
fn a_dropped_tenant_leaves_no_role_and_no_grant_behind() {
    let house = House::new(Logins::Two);
    let role = house.tenant_role("acme");
    house.sql(&format!(
        "CREATE TABLE public.theirs (id int); GRANT SELECT ON public.theirs TO {role};
         GRANT CREATE ON SCHEMA public TO {0}; SET ROLE {0};
         CREATE TABLE public.ours (id int); GRANT SELECT ON public.ours TO {role};
         CREATE SCHEMA more; GRANT USAGE ON SCHEMA more TO {role}",
        house.role("operator")
    ));
    let refused = house.tenancy.provisioner().drop(&slug("acme")).unwrap_err().to_string();
    assert!(refused.contains("permission denied for table theirs"), "{refused}");
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme", "nothing changed");
    house.sql(&format!("REVOKE ALL ON public.theirs FROM {role}"));
    house.tenancy.provisioner().drop(&slug("acme")).unwrap();
    assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'")), "0");
    assert_eq!(house.value("globex", "SELECT name FROM people"), "globex");
}

#[test]
fn what_a_migration_made_as_somebody_else_is_put_right() {
    let house = House::new(Logins::Two);
    house.sql("CREATE TABLE tenant_acme.byhand (id serial PRIMARY KEY); CREATE FUNCTION tenant_acme.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    let (table, function) =
        ("ALTER TABLE tenant_acme.byhand OWNER TO", "ALTER FUNCTION tenant_acme.f() OWNER TO");
    house.sql(&format!(
        "GRANT ALL ON SCHEMA tenant_acme TO {0}; {table} {0}; {function} {0}",
        house.role("operator")
    ));
    assert!(house.attempt("acme", "SELECT * FROM byhand").is_err());
    let standing = |owned| {
        let all = house.tenancy.roles().standing().unwrap();
        assert_eq!(all.iter().find(|one| one.slug == slug("acme")).unwrap().owned, owned);
    };
    standing(false);
    house.tenancy.roles().apply(&[slug("acme")], |_, result| assert!(result.is_ok(), "{result:?}")).unwrap();
    standing(true);
    house.attempt("acme", "INSERT INTO byhand DEFAULT VALUES; SELECT f()").unwrap();
}

/// A template that is changed by hand, as whoever is at the keyboard.
#[test]
fn what_somebody_else_put_into_the_template_is_given_to_its_owner_or_named() {
    let house = House::new(Logins::Superuser);
    let make = |name: &str| house.tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug(name)));
    house.sql("CREATE TABLE base_template.byhand (id serial PRIMARY KEY)");
    make("initech").unwrap();
    house.attempt("initech", "INSERT INTO byhand DEFAULT VALUES").unwrap();
    let house = House::new(Logins::One);
    house.sql("CREATE TABLE base_template.theirs (id serial PRIMARY KEY)");
    let refused = house.tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug("initech")));
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("theirs") && refused.contains("it belongs to postgres"), "{refused}");
    assert_eq!(house.truth("SELECT count(*) FROM tenancy.tenants"), "2", "nothing remains");
}

#[test]
fn a_migration_acts_as_the_owner_and_not_as_the_operator() {
    let house = House::new(Logins::Superuser);
    house.write(
        "2026-02-01-000000_who",
        "CREATE TABLE who AS SELECT current_user::text AS me, session_user::text AS login",
    );
    assert!(house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    let owner = house.truth("SELECT owner_role FROM tenancy.installation");
    assert_eq!(house.truth("SELECT me FROM tenant_acme.who"), owner);
    // One that leaves as somebody else is written down all the same.
    house.write("2026-02-02-000000_reset", "RESET ROLE; CREATE TABLE mine (id int)");
    let run = house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert!(run.is_success(), "{run:?}");
    house.write("2026-02-03-000000_other", "SET ROLE pg_monitor");
    let run = house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert!(run.is_success(), "{run:?}");
}

/// guard.md, attack 3b: a function of the tenant's schema that an operator's migration calls by accident.
#[test]
fn a_function_of_a_tenants_schema_that_a_migration_calls_is_no_superuser() {
    let house = House::new(Logins::Superuser);
    house.sql("CREATE FUNCTION tenant_acme.lower(varchar) RETURNS text LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE IF NOT EXISTS tenant_acme.caught AS SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super; RETURN 'x'; END $$");
    house.write("2026-02-01-000000_hit", "SELECT lower('A'::varchar)");
    assert!(house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    assert_eq!(house.truth("SELECT super FROM tenant_acme.caught"), "false");
}
