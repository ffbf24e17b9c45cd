//! Schemas that wait for tenants belong to nobody, and then to one tenant only.

use crate::dedicated::key;
use crate::house::{House, Logins};

#[test]
fn nobody_reaches_a_spare_before_it_is_a_tenants() {
    for logins in [Logins::One, Logins::Two] {
        let house = House::new(logins);
        house.tenancy.spares().keep(2, |_| {}).unwrap();
        let spare = house.tenancy.spares().list().unwrap().remove(0);
        let role = format!("tenant_{}", spare.id.to_string().replace('-', ""));
        assert!(house.attempt("acme", &format!("TABLE {}.people", spare.schema)).is_err(), "{logins:?}");
        assert!(house.attempt("acme", "TABLE tenancy.spares").is_err());
        let as_spare = house.attempt("acme", &format!("RESET ROLE; SET ROLE {role}"));
        assert!(as_spare.unwrap_err().contains("permission denied"), "no login may act as its role yet");

        house.move_in("hooli");
        assert_eq!(house.tenant_role("hooli"), role);
        assert_eq!(house.value("hooli", "SELECT string_agg(name, ' ') FROM people"), "hooli");
        assert_eq!(house.value("hooli", "SELECT headcount() + headcount_atomic()"), "2");
        assert_eq!(house.value("hooli", "current_user"), role);
        assert!(house.attempt("acme", "TABLE tenant_hooli.people").is_err());
        assert!(house.attempt("hooli", "TABLE tenant_acme.people").is_err());
        assert!(house.attempt("hooli", "CREATE TABLE own (id int)").is_err());
    }
}

#[test]
fn an_operator_who_is_no_superuser_replaces_stale_spares() {
    let house = House::new(Logins::Two);
    house.tenancy.spares().keep(2, |_| {}).unwrap();
    house.write("2026-01-02-000000_more", "CREATE TABLE more (id serial)");
    house.tenancy.fleet().migrate_template().unwrap();
    let report = house.tenancy.spares().keep(1, |_| {}).unwrap();
    assert_eq!((report.ready, report.made, report.dropped), (1, 1, 2));
    house.move_in("hooli");
    house.attempt("hooli", "INSERT INTO more DEFAULT VALUES").unwrap();
    assert_eq!(house.truth("SELECT count(*) FROM tenancy.spares"), "0");
    assert_eq!(house.truth("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_'"), "0");
    house.tenancy.provisioner().drop(&"hooli".parse().unwrap()).unwrap();
}

#[test]
fn the_tenant_of_a_spare_goes_to_the_shard_that_serves_the_fewest() {
    let house = House::with(Logins::Two, |builder| builder.secret_key(key()));
    house.tenancy.spares().keep(3, |_| {}).unwrap();
    let shards = house.tenancy.logins().add_shards(3).unwrap();
    assert_eq!(shards.len(), 3);
    let spares: Vec<_> = house.tenancy.spares().list().unwrap().into_iter().map(|spare| spare.id).collect();
    let mut logins = std::collections::BTreeSet::new();
    for slug in ["one", "two", "three"] {
        house.move_in(slug);
        let tenant = house.tenancy.registry().find_by_slug(&slug.parse().unwrap()).unwrap();
        assert!(spares.contains(&tenant.id));
        assert_eq!(house.value(slug, "session_user"), tenant.login.as_ref().unwrap().as_str());
        logins.insert(tenant.login.unwrap().to_string());
    }
    assert_eq!(logins.len(), 3);
}
