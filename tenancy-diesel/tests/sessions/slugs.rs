//! Slugs that change hands while somebody believes in the old owner.

use std::thread;

use tenancy_diesel::{Error, PoolSettings, Tenancy, TenantRoles};

use crate::notes::{owners, slug};
use crate::world::{ASLEEP, World};

/// A process of the service whose role is subject to row level security, with a policy on the registry that
/// sleeps once `public.slow` has a row. Its pool of one connection has served the first tenant already.
fn slow_process(world: &World) -> Tenancy {
    world.sql(
        "CREATE TABLE public.slow AS SELECT 1 AS n WHERE false;
         CREATE FUNCTION public.dawdle() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
             PERFORM pg_catalog.pg_sleep(0.7) FROM public.slow;
             RETURN true;
         END $$;
         GRANT USAGE ON SCHEMA tenancy, tenant_acme TO pg_monitor;
         GRANT ALL ON ALL TABLES IN SCHEMA tenancy, tenant_acme TO pg_monitor;
         ALTER TABLE tenancy.tenants ENABLE ROW LEVEL SECURITY;
         CREATE POLICY slow ON tenancy.tenants TO pg_monitor USING (public.dawdle());",
    );
    let joint = if world.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{joint}options=-c%20role%3Dpg_monitor", world.url());
    let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
    Tenancy::builder().database_url(url).pool(pool).build().unwrap()
}

#[test]
fn two_tenants_that_trade_a_slug_in_another_process_are_never_mixed_up() {
    let world = World::new(2);
    world.tenant("globex");
    let first = world.tenant("acme");
    let other = world.another(|builder| builder);
    other.provisioner().rename(&slug("acme"), &slug("zeta")).unwrap();
    other.provisioner().rename(&slug("globex"), &slug("acme")).unwrap();

    let remembered = world.find("acme");
    assert_eq!(remembered.id, first.id, "memory believes in the old owner");
    assert!(matches!(world.tenancy.connect(&remembered), Err(Error::UnknownTenant(_))));
    assert_eq!(owners(&mut world.conn(&world.find("acme"))), ["globex"]);
    assert_eq!(owners(&mut world.conn(&world.find("zeta"))), ["acme"]);
    assert_eq!(owners(&mut other.connect(&other.tenant(&slug("acme")).unwrap()).unwrap()), ["globex"]);
}

#[test]
fn a_look_up_that_was_under_way_during_a_trade_is_put_right() {
    let world = World::with(1, |builder| builder.tenant_roles(TenantRoles::Off));
    world.tenant("globex");
    let acme = world.tenant("acme");
    let slow = slow_process(&world);
    world.sql("INSERT INTO public.slow VALUES (1)");
    thread::scope(|scope| {
        let look_up = scope.spawn(|| slow.tenant(&slug("acme")).unwrap());
        world.wait_for(ASLEEP, "1");
        let provisioner = world.tenancy.provisioner();
        provisioner.rename(&slug("acme"), &slug("zeta")).unwrap();
        provisioner.rename(&slug("globex"), &slug("acme")).unwrap();
        assert_eq!(look_up.join().unwrap().id, acme.id, "its snapshot is older than the trade");
    });
    world.sql("DELETE FROM public.slow; GRANT USAGE ON SCHEMA tenant_acme TO pg_monitor; GRANT ALL ON tenant_acme.notes TO pg_monitor");
    let remembered = slow.tenant(&slug("acme")).unwrap();
    assert!(matches!(slow.connect(&remembered), Err(Error::UnknownTenant(_))));
    let now = slow.tenant(&slug("acme")).unwrap();
    assert_eq!(owners(&mut slow.connect(&now).unwrap()), ["globex"]);
}

#[test]
fn a_rename_waits_for_a_pin_that_is_still_asking_the_registry() {
    let world = World::with(1, |builder| builder.tenant_roles(TenantRoles::Off));
    let acme = world.tenant("acme");
    let slow = slow_process(&world);
    drop(slow.connect(&acme).unwrap());
    world.sql("INSERT INTO public.slow VALUES (1)");
    thread::scope(|scope| {
        let pin = scope.spawn(|| owners(&mut slow.connect(&acme).unwrap()));
        world.wait_for(ASLEEP, "1");
        world.tenancy.provisioner().rename(&slug("acme"), &slug("zeta")).unwrap();
        world.sql(
            "CREATE SCHEMA tenant_acme;
             CREATE TABLE tenant_acme.notes AS SELECT 1 AS id, 'the new acme'::text AS owner, ''::text AS body;
             GRANT USAGE ON SCHEMA tenant_acme TO pg_monitor; GRANT ALL ON tenant_acme.notes TO pg_monitor",
        );
        assert_eq!(pin.join().unwrap(), ["acme"], "not what stands at that path now");
    });
}
