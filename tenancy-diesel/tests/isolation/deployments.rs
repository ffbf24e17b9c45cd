//! Everything works with each set of logins.

use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, NewTenant, RunOptions, TenantRoles};

use crate::house::{House, Logins};

const ALL: [Logins; 3] = [Logins::Superuser, Logins::One, Logins::Two];

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

#[test]
fn a_tenant_is_made_served_migrated_renamed_and_dropped() {
    for logins in ALL {
        let house = House::new(logins);
        assert_eq!(house.value("acme", "SELECT string_agg(name, ',') FROM people"), "acme", "{logins:?}");
        assert_eq!(house.value("acme", "current_user"), house.tenant_role("acme"));

        house.write("2026-02-01-000000_toys", "CREATE TABLE toys (id serial PRIMARY KEY, name text); CREATE VIEW toy_names AS SELECT name FROM toys; CREATE FUNCTION toy_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM toys'");
        let migrations = house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
        assert!(migrations.is_success(), "{logins:?}: {migrations:?}");
        house.attempt("acme", "INSERT INTO toys (name) VALUES ('ball')").unwrap();
        assert_eq!(house.value("acme", "SELECT count(*) FROM toy_names"), "1");
        assert_eq!(house.value("acme", "toy_count()"), "1");
        assert_eq!(house.value("globex", "toy_count()"), "0");

        let role = house.tenant_role("acme");
        house.tenancy.provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
        assert_eq!(house.value("apex", "SELECT string_agg(name, ',') FROM names"), "acme");
        assert_eq!(house.value("apex", "current_user"), role, "the role goes along");

        house.tenancy.provisioner().drop(&slug("apex")).unwrap();
        assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'")), "0");
        house.move_in("apex");
        assert_ne!(house.tenant_role("apex"), role);

        let told =
            house.tenancy.fleet().exec("SELECT current_user::text AS me, name FROM people", &[], |_| ());
        assert!(told.unwrap().iter().all(|result| result.error.is_none()));
    }
}

#[test]
fn a_login_that_may_not_create_roles_is_told_what_helps() {
    let house = House::empty(Logins::One, |builder| builder);
    house.sql(&format!("ALTER ROLE {} NOCREATEROLE", house.role("app")));
    let refused = house.tenancy.init().unwrap_err();
    assert!(matches!(refused, Error::RolesRefused { .. }), "{refused}");
    let text = refused.to_string();
    assert!(text.contains(&format!("ALTER ROLE \"{}\" CREATEROLE", house.role("app"))), "{text}");
    assert!(text.contains("--roles off"), "{text}");
    house.sql(&format!("ALTER ROLE {} CREATEROLE", house.role("app")));
    house.tenancy.init().unwrap();
}

#[test]
fn a_login_that_may_not_pass_on_the_right_to_create_schemas_is_told_what_helps() {
    let house = House::empty(Logins::One, |builder| builder);
    let (database, app) = (house.truth("current_database()"), house.role("app"));
    house.sql(&format!(
        "ALTER DATABASE {database} OWNER TO postgres; GRANT CREATE ON DATABASE {database} TO {app}"
    ));
    let text = house.tenancy.init().unwrap_err().to_string();
    let remedy = format!("GRANT CREATE, CONNECT ON DATABASE \"{database}\" TO \"{app}\" WITH GRANT OPTION");
    assert!(text.contains(&remedy), "{text}");
    house.sql(&remedy);
    house.tenancy.init().unwrap();
    house.move_in("acme");
}

#[test]
fn without_roles_a_login_needs_no_right_to_create_any() {
    let house = House::empty(Logins::One, |builder| builder.tenant_roles(TenantRoles::Off));
    house.sql(&format!("ALTER ROLE {} NOCREATEROLE", house.role("app")));
    house.tenancy.init().unwrap();
    house.move_in("acme");
    assert_eq!(house.value("acme", "current_user"), house.role("app"));
    house.tenancy.provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    house.tenancy.provisioner().drop(&slug("apex")).unwrap();
}

#[test]
fn a_database_without_roles_refuses_a_sign_up_that_is_to_have_one() {
    let house = House::without_roles(Logins::One);
    let other = House::empty(Logins::One, |builder| builder);
    drop(other);
    let strict = tenancy_diesel::Tenancy::builder().database_url(house.url_as("app")).build().unwrap();
    let refused = strict.provisioner().create(&NewTenant::new(slug("initech")));
    assert!(matches!(refused, Err(Error::NoRoles)), "{refused:?}");
    assert_eq!(house.truth("SELECT count(*) FROM tenancy.tenants"), "2", "nothing remains");
    strict.roles().apply(&[], |slug, result| assert!(result.is_ok(), "{slug}: {result:?}")).unwrap();
    strict.provisioner().create(&NewTenant::new(slug("initech"))).unwrap();
}

#[test]
fn tenants_from_before_are_adopted() {
    for logins in [Logins::Superuser, Logins::One] {
        let house = House::without_roles(logins);
        assert_eq!(house.attempt("acme", "SELECT * FROM tenant_globex.people"), Ok(()), "as it was");
        let mut seen = Vec::new();
        let before = house.tenancy.roles();
        assert!(!before.established().unwrap());
        before.apply(&[], |slug, result| seen.push((slug.to_string(), result.is_ok()))).unwrap();
        assert_eq!(seen, [("acme".to_owned(), true), ("globex".to_owned(), true)]);
        assert!(before.standing().unwrap().iter().all(|tenant| tenant.role.is_some() && tenant.owned));
        let denied = house.attempt("acme", "SELECT * FROM tenant_globex.people").unwrap_err();
        assert_eq!(denied, "permission denied for schema tenant_globex");
        // What stood there before belongs to the tenant, and what migrations add.
        house.attempt("acme", "INSERT INTO people (name) VALUES ('second'); UPDATE people SET name = name; DELETE FROM people WHERE name = 'second'; SELECT * FROM names").unwrap();
        house.write("2026-02-01-000000_toys", "CREATE TABLE toys (id serial PRIMARY KEY)");
        assert!(house.tenancy.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
        house.attempt("acme", "INSERT INTO toys DEFAULT VALUES").unwrap();
        // Once more changes nothing.
        before.apply(&[slug("acme")], |_, result| assert!(result.is_ok())).unwrap();
        house.move_in("initech");
    }
}

#[test]
fn adoption_waits_for_sessions_that_are_pinned() {
    let house = House::without_roles(Logins::One);
    let mut pinned = house.enter("acme");
    std::thread::scope(|scope| {
        let adoption = scope.spawn(|| house.tenancy.roles().apply(&[slug("acme")], |_, _| ()));
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while house.truth(waiting) == "0" && !adoption.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let name = crate::world::try_value(&mut pinned, "SELECT name FROM people");
        drop(pinned);
        assert_eq!(name.unwrap(), "acme", "its tables were not taken from it");
        assert_eq!(adoption.join().unwrap().unwrap(), 0);
    });
    assert_eq!(house.value("acme", "current_user"), house.tenant_role("acme"));
}

#[test]
fn a_service_login_that_is_admitted_later_serves_everybody() {
    let house = House::new(Logins::One);
    let late = house.role("late");
    house.sql(&format!("CREATE ROLE {late} LOGIN NOINHERIT PASSWORD 'late'"));
    let tenancy = tenancy_diesel::Tenancy::builder()
        .operator_url(house.url_as("app"))
        .database_url(house.url_as("late"))
        .build()
        .unwrap();
    assert!(tenancy.tenant(&slug("acme")).is_err(), "it may not even read the registry");
    tenancy.roles().admit(&late).unwrap();
    let acme = tenancy.tenant(&slug("acme")).unwrap();
    assert_eq!(crate::world::value(&mut tenancy.connect(&acme).unwrap(), "SELECT name FROM people"), "acme");
    // Operators keep to their own work.
    tenancy.roles().dismiss(&house.role("app")).unwrap();
    assert!(
        tenancy
            .roles()
            .dismiss(&house.role("app"))
            .unwrap_err()
            .to_string()
            .contains("does not serve tenants")
    );
    assert!(house.tenancy.connect(&acme).is_err(), "it acts as no tenant any more");
    tenancy.provisioner().create(&NewTenant::new(slug("initech"))).unwrap();
    let new = tenancy.tenant(&slug("initech")).unwrap();
    assert_eq!(crate::world::value(&mut tenancy.connect(&new).unwrap(), "SELECT count(*) FROM people"), "0");
}
