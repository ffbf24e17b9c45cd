//! A pinned transaction costs the round trips of a plain one.

use std::thread::sleep;
use std::time::Duration;

use diesel::connection::CacheSize;
use diesel::prelude::*;
use tenancy_diesel::{PoolSettings, Scope, Tenancy};

use crate::behind::{Work, owners, world, write};
use crate::proxy::CountingProxy;

fn work(conn: &mut PgConnection) -> Work<()> {
    assert_eq!(owners(conn)?.len(), 1);
    write(conn, "acme", "x")?;
    conn.transaction(|conn| write(conn, "acme", "y"))?;
    Ok(())
}

#[test]
fn as_many_as_a_transaction_of_diesel() {
    let world = world();
    world.provision("acme");
    let proxy = CountingProxy::to(world.url());

    let mut plain = PgConnection::establish(&proxy.url(world.url())).unwrap();
    plain.set_prepared_statement_cache_size(CacheSize::Disabled);
    diesel::sql_query("SET search_path TO tenant_acme").execute(&mut plain).unwrap();
    let start = proxy.trips();
    plain.transaction(work).unwrap();
    let of_diesel = proxy.trips() - start;
    let start = proxy.trips();
    let _ = plain.transaction(|conn| work(conn).and(Err::<(), _>(diesel::result::Error::NotFound)));
    let rolled_back = proxy.trips() - start;

    let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
    let tenancy = world
        .another(|builder| builder.database_url(proxy.url(world.url())).pool(pool).scope(Scope::Transaction));
    let acme = tenancy.tenant(&"acme".parse().unwrap()).unwrap();
    tenancy.transaction(&acme, work).unwrap();
    settle(&proxy);
    for _ in 0..3 {
        let start = proxy.trips();
        tenancy.transaction(&acme, work).unwrap();
        assert_eq!(
            proxy.trips() - start,
            of_diesel,
            "BEGIN and pin; two statements; a savepoint; proof and COMMIT"
        );
        let start = proxy.trips();
        let failed: Result<(), tenancy_diesel::RunError<diesel::result::Error>> =
            tenancy.transaction(&acme, |conn| work(conn).and(Err(diesel::result::Error::NotFound)));
        assert!(failed.is_err());
        assert_eq!(proxy.trips() - start, rolled_back, "the same with ROLLBACK");
    }
    assert_eq!((of_diesel, rolled_back), (7, 7));
}

/// A look-up: begin and pin, the query, the end.
#[test]
fn a_look_up_costs_three() {
    let world = world();
    world.provision("acme");
    let proxy = CountingProxy::to(world.url());
    let tenancy: Tenancy =
        world.another(|builder| builder.database_url(proxy.url(world.url())).scope(Scope::Transaction));
    let slug = "acme".parse().unwrap();
    tenancy.registry().find_by_slug(&slug).unwrap();
    settle(&proxy);
    let start = proxy.trips();
    tenancy.registry().find_by_slug(&slug).unwrap();
    assert_eq!(proxy.trips() - start, 3);
}

/// Waits until nothing happens in the background any more.
fn settle(proxy: &CountingProxy) {
    let mut last = usize::MAX;
    while last != proxy.trips() {
        last = proxy.trips();
        sleep(Duration::from_millis(100));
    }
}
