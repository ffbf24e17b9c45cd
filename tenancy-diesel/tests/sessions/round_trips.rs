//! What a guarded request costs, counted on the wire.

use std::thread::sleep;
use std::time::Duration;

use diesel::prelude::*;
use tenancy_diesel::{PoolSettings, Tenancy};

use crate::notes::owners;
use crate::proxy::CountingProxy;
use crate::world::World;

#[test]
fn a_guarded_request_costs_one_round_trip_before_the_answer_and_one_after() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let globex = world.tenant("globex");
    let proxy = CountingProxy::to(world.url());
    let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
    let tenancy = Tenancy::builder().database_url(proxy.url(world.url())).pool(pool).build().unwrap();
    // The first request connects and prepares.
    drop(owners(&mut tenancy.connect(&acme).unwrap()));
    settle(&proxy);

    for tenant in [&acme, &globex, &acme] {
        let start = proxy.trips();
        let mut conn = tenancy.connect(tenant).unwrap();
        assert_eq!(proxy.trips() - start, 1, "the pin");
        assert_eq!(owners(&mut conn), [tenant.slug.as_str()]);
        assert_eq!(proxy.trips() - start, 2, "the pin and the query");
        drop(conn);
        assert_eq!(proxy.trips() - start, 3, "and the gate");
    }
}

#[test]
fn a_bare_connection_costs_one_round_trip_for_the_same_query() {
    let world = World::new(1);
    world.tenant("acme");
    let proxy = CountingProxy::to(world.url());
    let mut bare = PgConnection::establish(&proxy.url(world.url())).unwrap();
    diesel::sql_query("SET search_path TO tenant_acme").execute(&mut bare).unwrap();
    owners(&mut bare);
    let start = proxy.trips();
    owners(&mut bare);
    assert_eq!(proxy.trips() - start, 1);
}

#[test]
fn after_a_session_started_anew_the_next_pin_is_still_one_round_trip() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let proxy = CountingProxy::to(world.url());
    let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
    let tenancy = Tenancy::builder().database_url(proxy.url(world.url())).pool(pool).build().unwrap();
    let mut conn = tenancy.connect(&acme).unwrap();
    assert!(diesel::sql_query("SELECT no_such_function()").execute(&mut *conn).is_err());
    drop(conn);
    settle(&proxy);
    let start = proxy.trips();
    drop(tenancy.connect(&acme).unwrap());
    assert_eq!(proxy.trips() - start, 2, "pin and gate");
}

/// Waits until nothing happens in the background any more.
fn settle(proxy: &CountingProxy) {
    let mut last = usize::MAX;
    while last != proxy.trips() {
        last = proxy.trips();
        sleep(Duration::from_millis(100));
    }
}
