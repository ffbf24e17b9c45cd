//! Tenants with a login of their own.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, SecretKey, Tenancy, TenancyBuilder};

use crate::house::{House, Logins, url_as};
use crate::world::value;

pub(crate) fn key() -> SecretKey {
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".parse().unwrap()
}

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

fn with_key(builder: TenancyBuilder) -> TenancyBuilder {
    builder.secret_key(key())
}

/// Another process of the same service.
fn another(house: &House, configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder) -> Tenancy {
    let builder = Tenancy::builder().operator_url(house.url_as("operator")).database_url(house.url_as("app"));
    configure(builder).build().unwrap()
}

#[test]
fn injected_changes_of_role_gain_nothing_there() {
    let house = House::with(Logins::Two, with_key);
    let globex = house.tenant_role("globex");
    let injections = [
        format!("RESET ROLE; SET ROLE {globex}; SELECT name FROM tenant_globex.people"),
        format!(
            "SELECT query_to_xml('SELECT name FROM tenant_globex.people', true, false, '') FROM set_config('role', '{globex}', false)"
        ),
        format!("SET SESSION AUTHORIZATION {globex}"),
        format!("BEGIN; SET LOCAL ROLE {globex}; COMMIT"),
    ];
    for injection in &injections[..2] {
        assert_eq!(
            house.attempt("acme", injection),
            Ok(()),
            "on a shared login it is an attack: {injection}"
        );
    }
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    assert_eq!(house.value("acme", "session_user"), login.as_str());
    assert_eq!(house.value("acme", "current_user"), house.tenant_role("acme"));
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
    for injection in &injections {
        let refused = house.attempt("acme", injection).expect_err(injection);
        assert!(refused.starts_with("permission denied"), "{injection}: {refused}");
    }
    // The login itself may do nothing but pin, and sees no tenant but its own in the registry.
    for sql in [
        "RESET ROLE; SELECT name FROM tenant_acme.people",
        "RESET ROLE; SELECT name FROM tenancy.tenants",
        "RESET ROLE; SELECT * FROM tenancy.logins",
        "RESET ROLE; UPDATE tenancy.tenants SET slug = 'x'",
        "RESET ROLE; SELECT tenancy.act_as_owner(NULL, false)",
        "RESET ROLE; SELECT tenancy.serve_by(NULL, NULL)",
    ] {
        let refused = house.attempt("acme", sql).expect_err(sql);
        assert!(refused.starts_with("permission denied"), "{sql}: {refused}");
    }
    let mut conn = house.enter("acme");
    conn.batch_execute("RESET ROLE").unwrap();
    assert_eq!(value(&mut conn, "SELECT string_agg(slug, ',') FROM tenancy.tenants"), "acme");
    drop(conn);
    // Nor may the service's login act as it any more.
    let acme = house.tenant_role("acme");
    let refused = house.attempt("globex", &format!("RESET ROLE; SET ROLE {acme}")).unwrap_err();
    assert!(refused.starts_with("permission denied to set role"), "{refused}");
}

#[test]
fn every_process_follows_a_tenant_to_its_login_and_back() {
    let house = House::with(Logins::Two, with_key);
    let other = another(&house, with_key);
    let served_by = |tenancy: &Tenancy| {
        let acme = tenancy.tenant(&slug("acme")).unwrap();
        value(&mut tenancy.connect(&acme).unwrap(), "session_user")
    };
    assert_eq!(served_by(&other), house.role("app"), "and it remembers the tenant");
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    assert_eq!(served_by(&other), login.as_str());
    assert_eq!(served_by(&house.tenancy), login.as_str());
    assert_eq!(house.tenancy.logins().dedicate(&slug("acme")).unwrap(), login, "twice is no error");
    house.tenancy.logins().undedicate(&slug("acme")).unwrap();
    assert_eq!(served_by(&other), house.role("app"));
    assert_eq!(house.truth(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{login}'")), "0");
    assert_eq!(house.value("globex", "SELECT name FROM people"), "globex");
}

#[test]
fn a_new_password_holds_at_once_everywhere() {
    let house = House::with(Logins::Two, |builder| with_key(builder).dedicated_pool_size(1));
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
    let stored =
        |what: &str| house.truth(&format!("SELECT {what} FROM tenancy.logins WHERE name = '{login}'"));
    let before = stored("secret");
    let verifier =
        |role: &str| house.truth(&format!("SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'"));
    let old = verifier(login.as_str());
    assert!(old.starts_with("SCRAM-SHA-256$"), "PostgreSQL never saw the password: {old}");
    house.tenancy.logins().rotate(&login).unwrap();
    assert_ne!(stored("secret"), before);
    assert_ne!(verifier(login.as_str()), old);
    // The open connection goes on; a new one has the new password.
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
    house.sql(&format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{login}'"
    ));
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
    let unknown = house.tenancy.logins().rotate(&house.role("app").parse().unwrap());
    assert!(matches!(unknown, Err(Error::UnknownLogin(_))), "{unknown:?}");
}

#[test]
fn a_service_without_the_key_or_with_another_is_told_so() {
    let house = House::with(Logins::Two, with_key);
    house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let connect = |tenancy: Tenancy| {
        let acme = tenancy.tenant(&slug("acme")).unwrap();
        tenancy.connect(&acme).map(drop).unwrap_err().to_string()
    };
    let without = connect(another(&house, |builder| builder));
    assert!(without.contains("TENANCY_SECRET_KEY"), "{without}");
    let wrong = connect(another(&house, |builder| builder.secret_key("f".repeat(64).parse().unwrap())));
    assert!(wrong.contains("sealed with another key"), "{wrong}");
    let keyless = another(&house, |builder| builder).logins().dedicate(&slug("globex"));
    assert!(matches!(keyless, Err(Error::NoSecretKey(_))), "{keyless:?}");
    assert_eq!(house.value("globex", "session_user"), house.role("app"), "nothing changed");
}

#[test]
fn a_dedicated_tenant_has_a_small_pool_of_its_own() {
    let house = House::with(Logins::Two, |builder| {
        let pool = tenancy_diesel::PoolSettings {
            max_size: 1,
            connection_timeout: Duration::from_millis(500),
            ..tenancy_diesel::PoolSettings::default()
        };
        with_key(builder).pool(pool).dedicated_pool_size(2)
    });
    house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let (first, second) = (house.enter("acme"), house.enter("acme"));
    assert_eq!(house.value("globex", "SELECT name FROM people"), "globex", "others do not wait for it");
    let acme = house.tenancy.tenant(&slug("acme")).unwrap();
    let third = house.tenancy.connect(&acme).unwrap_err();
    assert!(matches!(third, Error::PoolExhausted { size: 2, .. }), "{third:?}");
    drop((first, second));
    assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
}

#[test]
fn a_dropped_tenants_login_goes_with_it_and_a_rename_leaves_it_alone() {
    let house = House::with(Logins::Two, with_key);
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    house.tenancy.provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    assert_eq!(house.value("apex", "session_user"), login.as_str());
    let open = house.enter("apex");
    drop(open);
    house.tenancy.provisioner().drop(&slug("apex")).unwrap();
    for catalogue in
        [format!("pg_roles WHERE rolname = '{login}'"), format!("tenancy.logins WHERE name = '{login}'")]
    {
        assert_eq!(house.truth(&format!("SELECT count(*) FROM {catalogue}")), "0");
    }
}

/// What the passwords are sealed for: somebody who reads the registry has none.
#[test]
fn the_registry_shows_no_password() {
    let house = House::with(Logins::Two, with_key);
    let login = house.tenancy.logins().dedicate(&slug("acme")).unwrap();
    let secret =
        house.truth(&format!("SELECT encode(secret, 'escape') FROM tenancy.logins WHERE name = '{login}'"));
    assert!(PgConnection::establish(&url_as(house.url(), login.as_str(), "wrong")).is_err(), "it needs one");
    assert!(secret.len() > 64);
    assert!(
        PgConnection::establish(&url_as(
            house.url(),
            login.as_str(),
            &secret.replace(['\\', '/', '@', ':', '#', '?', '%'], "")
        ))
        .is_err()
    );
}
