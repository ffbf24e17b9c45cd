//! The lock of a pinned session on its tenant, and those who wait for it.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::{Error, PoolSettings};

use crate::notes::{owners, slug};
use crate::world::{WAITING, World, value};

#[test]
fn a_tenant_whose_rename_waits_is_busy_and_not_unknown() {
    let world = World::new(2);
    let acme = world.tenant("acme");
    let held = world.conn(&acme);
    thread::scope(|scope| {
        let rename = scope.spawn(|| world.tenancy.provisioner().rename(&slug("acme"), &slug("apex")));
        world.wait_for(WAITING, "1");
        let error = world.tenancy.connect(&acme).unwrap_err();
        assert!(matches!(&error, Error::TenantBusy(busy) if *busy == acme.slug), "{error}");
        drop(held);
        rename.join().unwrap().unwrap();
    });
    assert_eq!(owners(&mut world.conn(&world.find("apex"))), ["acme"]);
}

#[test]
fn a_request_that_comes_while_a_rename_finishes_waits_for_it() {
    let world = World::new(2);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let held = world.conn(&acme);
    thread::scope(|scope| {
        let rename = scope.spawn(|| world.tenancy.provisioner().rename(&slug("acme"), &slug("apex")));
        world.wait_for(WAITING, "1");
        let request = scope.spawn(|| {
            loop {
                let began = Instant::now();
                match world.tenancy.connect(&acme).map(|mut conn| owners(&mut conn)) {
                    // The machine is busy, and the rename takes longer than a request waits. It has waited.
                    Err(Error::TenantBusy(_)) => assert!(began.elapsed() >= Duration::from_secs(1)),
                    answer => return answer,
                }
            }
        });
        assert_eq!(owners(&mut world.conn(&globex)), ["globex"], "nobody else waits");
        drop(held);
        rename.join().unwrap().unwrap();
        let answer = request.join().unwrap();
        assert!(matches!(answer, Err(Error::UnknownTenant(_))), "the old slug is nobody's: {answer:?}");
    });
}

#[test]
fn a_tenant_whose_lock_is_also_a_dropped_ones_is_busy_and_then_served() {
    let world = World::new(2);
    let pair = value(
        &mut world.bare(),
        "WITH ids AS MATERIALIZED (SELECT gen_random_uuid()::text AS id FROM generate_series(1, 300000)) \
         SELECT min(id) || ' ' || max(id) FROM ids GROUP BY hashtext(id) HAVING count(*) > 1 LIMIT 1",
    );
    let (first, second) = pair.split_once(' ').unwrap();
    world.tenant("acme");
    world.tenant("globex");
    world.sql(&format!(
        "UPDATE tenancy.tenants SET id = '{first}' WHERE slug = 'acme';
         UPDATE tenancy.tenants SET id = '{second}' WHERE slug = 'globex'"
    ));
    let other = world.another(|builder| builder);
    let (acme, globex) = (other.tenant(&slug("acme")).unwrap(), other.tenant(&slug("globex")).unwrap());
    let held = other.connect(&acme).unwrap();
    assert_eq!(owners(&mut other.connect(&globex).unwrap()), ["globex"], "sessions share the lock");
    thread::scope(|scope| {
        let dropping = scope.spawn(|| other.provisioner().drop(&slug("acme")));
        world.wait_for(WAITING, "1");
        let error = other.connect(&globex).unwrap_err();
        assert!(matches!(&error, Error::TenantBusy(busy) if *busy == globex.slug), "{error}");
        drop(held);
        dropping.join().unwrap().unwrap();
    });
    assert_eq!(owners(&mut other.connect(&globex).unwrap()), ["globex"]);
}

#[test]
fn a_borrower_that_gives_up_all_locks_gives_up_the_tenants_too() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let mut conn = world.conn(&acme);
    conn.batch_execute("SELECT pg_advisory_unlock_all()").unwrap();
    world.tenancy.provisioner().drop(&slug("acme")).unwrap();
    assert_eq!(value(&mut conn, "current_schema()"), "public", "documented in `TenantConnection`");
}

#[test]
fn drops_that_wait_do_not_keep_look_ups_of_others_waiting() {
    let pool = PoolSettings { connection_timeout: Duration::from_secs(2), ..PoolSettings::default() };
    let world = World::new(4);
    let busy = ["a1", "a2", "a3", "a4"];
    let held: Vec<_> = busy.iter().map(|slug| world.conn(&world.tenant(slug))).collect();
    world.tenant("globex");
    let other = world.another(|builder| builder.pool(pool));
    thread::scope(|scope| {
        let drops: Vec<_> =
            busy.iter().map(|name| scope.spawn(|| other.provisioner().drop(&slug(name)))).collect();
        world.wait_for(WAITING, "4");
        let globex = other.tenant(&slug("globex")).unwrap();
        assert_eq!(owners(&mut other.connect(&globex).unwrap()), ["globex"]);
        let error = other.provisioner().suspend(&slug("globex")).unwrap_err();
        assert!(matches!(error, Error::PoolExhausted { .. }), "operations wait for each other: {error}");
        drop(held);
        for drop in drops {
            drop.join().unwrap().unwrap();
        }
    });
}
