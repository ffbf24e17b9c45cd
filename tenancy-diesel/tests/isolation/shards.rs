//! Logins that share the tenants out.

use std::collections::BTreeMap;

use tenancy_diesel::{Error, NewTenant};

use crate::dedicated::key;
use crate::house::{House, Logins};

fn served_by(house: &House) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for tenant in house.tenancy.roles().standing().unwrap() {
        let session = house.value(tenant.slug.as_str(), "session_user");
        assert_eq!(session, tenant.login.map_or_else(|| house.role("app"), |login| login.to_string()));
        assert_eq!(house.value(tenant.slug.as_str(), "current_user"), tenant.role.unwrap().as_str());
        *counts.entry(session).or_default() += 1;
    }
    counts
}

#[test]
fn tenants_are_spread_evenly_and_served_as_before() {
    for logins in [Logins::One, Logins::Two] {
        let house = House::with(logins, |builder| builder.secret_key(key()));
        for n in 0..4 {
            house.move_in(&format!("t{n}"));
        }
        assert_eq!(house.tenancy.logins().spread(|_, _| ()).unwrap(), 0, "there are no shards");
        let shards = house.tenancy.logins().add_shards(3).unwrap();
        assert_eq!(shards.len(), 3);
        assert_eq!(house.tenancy.logins().add_shards(3).unwrap(), []);
        // New tenants go to shards, old ones when they are told to.
        house.move_in("newcomer");
        assert_eq!(served_by(&house).len(), 2);
        let moved =
            house.tenancy.logins().spread(|slug, result| assert!(result.is_ok(), "{slug}: {result:?}"));
        assert_eq!(moved.unwrap(), 6);
        let counts = served_by(&house);
        assert_eq!(counts.len(), 3, "{logins:?}: {counts:?}");
        assert!(counts.values().all(|count| (2..=3).contains(count)), "{counts:?}");
        assert_eq!(house.tenancy.logins().spread(|_, _| ()).unwrap(), 0);
        // A shard may act as its own tenants only, and sees only their rows.
        let acme = house.tenancy.tenant(&"acme".parse().unwrap()).unwrap();
        let stranger = house
            .tenancy
            .roles()
            .standing()
            .unwrap()
            .into_iter()
            .find(|other| other.login != acme.login)
            .unwrap();
        let refused =
            house.attempt("acme", &format!("RESET ROLE; SET ROLE {}", stranger.role.unwrap())).unwrap_err();
        assert!(refused.starts_with("permission denied to set role"), "{refused}");
        assert_eq!(house.value("acme", "SELECT name FROM people"), "acme");
        house.tenancy.logins().dedicate(&"acme".parse().unwrap()).unwrap();
        house.tenancy.logins().undedicate(&"acme".parse().unwrap()).unwrap();
        assert!(house.value("acme", "session_user").contains("_shard_"), "back to a shard");
    }
}

#[test]
fn shards_need_roles_and_a_key() {
    let house = House::new(Logins::One);
    assert!(matches!(house.tenancy.logins().add_shards(2), Err(Error::NoSecretKey(_))));
    let bare = House::with(Logins::One, |builder| {
        builder.secret_key(key()).tenant_roles(tenancy_diesel::TenantRoles::Off)
    });
    assert!(matches!(bare.tenancy.logins().add_shards(2), Err(Error::NoRoles)));
    let refused = bare.tenancy.logins().dedicate(&"acme".parse().unwrap());
    assert!(matches!(refused, Err(Error::NoRoles)), "{refused:?}");
    bare.tenancy.provisioner().create(&NewTenant::new("t1".parse().unwrap())).unwrap();
}
