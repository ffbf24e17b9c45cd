//! Sign-ups take spares over, each its own.

use super::{assert_in_order, ids, keep, ready, works};
use crate::desk::{Desk, slug};
use crate::large_schemas;
use crate::proxy::CountingProxy;
use crate::world::World;
use diesel::connection::SimpleConnection as _;
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;
use tenancy_diesel::core::tenant::Tenant;
use tenancy_diesel::{Error, NewTenant, SparesReport, TenantRoles};

#[test]
fn a_sign_up_takes_a_spare_over_and_it_is_the_same_as_a_clone() {
    let desk = Desk::new();
    desk.create("cloned").unwrap();
    assert_eq!(keep(desk.tenancy(), 2), SparesReport { ready: 2, made: 2, dropped: 0 });
    let before = ids(desk.tenancy());
    let acme = desk.create("acme").unwrap();
    assert!(before.contains(&acme.id.to_string()), "the spare's id is the tenant's");
    assert_eq!(ready(desk.tenancy()), 1);
    let cloned = desk.tenancy().registry().find_by_slug(&slug("cloned")).unwrap();
    assert_eq!(acme.template_version, cloned.template_version);
    assert_eq!(acme.status, cloned.status);
    let role = format!("tenant_{}", acme.id.to_string().replace('-', ""));
    assert_eq!(acme.role.as_ref().map(|role| role.as_str()), Some(role.as_str()));
    assert_eq!(acme.placement.schema().unwrap().as_str(), "tenant_acme");
    works(&desk, "acme");
    works(&desk, "cloned");
    assert_in_order(&desk);

    // Privileges, and everything that later migrations put there.
    let rights = |name: &str, role: &str| {
        let list = format!(
            "SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
                SELECT c.relname || ' ' || c.relacl::text AS x FROM pg_class c WHERE c.relnamespace = 'tenant_{name}'::regnamespace
                UNION ALL SELECT nspacl::text FROM pg_namespace WHERE nspname = 'tenant_{name}'
                UNION ALL SELECT defaclobjtype::text || ' ' || defaclacl::text FROM pg_default_acl WHERE defaclnamespace = 'tenant_{name}'::regnamespace) a"
        );
        desk.value(&list).replace(role, "ROLE")
    };
    let other = cloned.role.unwrap().to_string();
    assert_eq!(rights("acme", &role), rights("cloned", &other));
    desk.write("2026-01-02-000000_more", "CREATE TABLE more (id serial)", Some("DROP TABLE more"));
    assert!(desk.migrate().is_success());
    assert_eq!(rights("acme", &role), rights("cloned", &other));
    desk.tenancy()
        .connect(&desk.world.find("acme"))
        .unwrap()
        .batch_execute("INSERT INTO more DEFAULT VALUES")
        .unwrap();
    desk.tenancy().provisioner().drop(&slug("acme")).unwrap();
    assert_in_order(&desk);
}

#[test]
fn sixteen_sign_ups_at_once_get_eight_spares_and_eight_clones() {
    let desk = Desk::new();
    keep(desk.tenancy(), 8);
    let spares = ids(desk.tenancy());
    let start = Barrier::new(16);
    let tenants: Vec<Tenant> = thread::scope(|scope| {
        let sign_ups: Vec<_> = (0..16)
            .map(|n| {
                let (desk, start) = (&desk, &start);
                scope.spawn(move || {
                    start.wait();
                    desk.create(&format!("t{n:02}")).unwrap()
                })
            })
            .collect();
        sign_ups.into_iter().map(|sign_up| sign_up.join().unwrap()).collect()
    });
    let took: BTreeSet<_> = tenants.iter().map(|tenant| tenant.id.to_string()).collect();
    assert_eq!(took.len(), 16, "all distinct");
    assert!(spares.is_subset(&took), "every spare was taken");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.spares"), "0");
    for tenant in &tenants {
        works(&desk, tenant.slug.as_str());
    }
    assert_in_order(&desk);
}

#[test]
fn a_sign_up_that_fails_leaves_its_spare() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    keep(desk.tenancy(), 1);
    let before = ids(desk.tenancy());
    assert!(matches!(desk.create("acme"), Err(Error::AlreadyExists(_))));
    desk.world.sql("CREATE SCHEMA tenant_stray");
    assert!(matches!(desk.create("stray"), Err(Error::SchemaTaken(_))));
    // In the last statement of all.
    desk.world.sql(
        "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
         CREATE TRIGGER no BEFORE UPDATE ON tenancy.tenants FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION public.no()",
    );
    assert!(desk.create("globex").is_err());
    desk.world.sql("DROP TRIGGER no ON tenancy.tenants; DROP SCHEMA tenant_stray");
    assert_eq!(ids(desk.tenancy()), before);
    assert_in_order(&desk);
    assert!(before.contains(&desk.create("globex").unwrap().id.to_string()));
    works(&desk, "globex");
}

#[test]
fn a_backend_killed_during_a_claim_leaves_the_tenant_or_the_spare() {
    let desk = Desk::new();
    for at in ["UPDATE", "INSERT"] {
        keep(desk.tenancy(), 1);
        let before = ids(desk.tenancy());
        desk.world.sql(&format!(
            "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$;
             CREATE TRIGGER dawdle BEFORE {at} ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION public.dawdle()"
        ));
        thread::scope(|scope| {
            let sign_up = scope.spawn(|| desk.create("acme"));
            desk.world.wait_for(crate::world::ASLEEP, "1");
            desk.world.sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event = 'PgSleep'",
            );
            assert!(sign_up.join().unwrap().is_err());
        });
        desk.world.sql("DROP FUNCTION public.dawdle CASCADE");
        assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
        assert_eq!(ids(desk.tenancy()), before, "{at}");
        assert_in_order(&desk);
    }
    desk.create("acme").unwrap();
    works(&desk, "acme");
}

#[test]
fn what_was_dropped_by_hand_is_not_handed_out() {
    let desk = Desk::new();
    keep(desk.tenancy(), 3);
    let spares = desk.tenancy().spares().list().unwrap();
    desk.world.sql(&format!("DROP SCHEMA {} CASCADE", spares[0].schema));
    let role = format!("tenant_{}", spares[1].id.to_string().replace('-', ""));
    desk.world.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert_eq!(desk.create("acme").unwrap().id, spares[2].id);
    works(&desk, "acme");
    assert_eq!(keep(desk.tenancy(), 0).dropped, 2);
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_'"), "0");
}

#[test]
fn spares_without_roles_are_of_no_use_once_there_are_roles() {
    let world = World::with(4, |builder| builder.tenant_roles(TenantRoles::Off));
    world.sql("CREATE TABLE base_template.notes (id serial PRIMARY KEY)");
    keep(&world.tenancy, 1);
    let spares = ids(&world.tenancy);
    let with = world.another(|builder| builder);
    let refused = with.provisioner().create(&NewTenant::new(slug("acme")));
    assert!(matches!(refused, Err(Error::NoRoles)), "{refused:?}");
    with.init().unwrap();
    let acme = with.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    assert!(acme.role.is_some() && !spares.contains(&acme.id.to_string()));
    assert_eq!(keep(&with, 1), SparesReport { ready: 1, made: 1, dropped: 1 });
    let globex = with.provisioner().create(&NewTenant::new(slug("globex"))).unwrap();
    assert!(globex.role.is_some());
}

/// Figures for whoever runs it with `--nocapture`; what is checked are round trips and locks.
#[test]
fn a_sign_up_with_a_spare_does_not_depend_on_the_size_of_the_template() {
    let mut costs = BTreeSet::new();
    for tables in [3, 60] {
        let desk = Desk::new();
        let large = large_schemas::tables("base_template", 1, tables);
        desk.world.sql(&format!("SELECT tenancy.act_as_owner(NULL, false); {large}"));
        desk.world.sql(
            "CREATE TABLE public.locks AS SELECT 0::bigint AS n;
             CREATE FUNCTION public.count_locks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO public.locks SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid(); RETURN NEW; END $$;
             CREATE TRIGGER count_locks BEFORE UPDATE ON tenancy.tenants FOR EACH ROW WHEN (NEW.status = 'active')
                 EXECUTE FUNCTION public.count_locks()",
        );
        let proxy = CountingProxy::to(desk.world.url());
        let service = desk.another_with(|builder| builder.database_url(proxy.url(desk.world.url())));
        let sign_up = |name: &str| {
            desk.world.sql("TRUNCATE public.locks");
            let (before, began) = (proxy.trips(), Instant::now());
            service.provisioner().create(&NewTenant::new(slug(name))).unwrap();
            let took = began.elapsed();
            (
                took,
                proxy.trips() - before,
                desk.value("SELECT max(n) FROM public.locks").parse::<usize>().unwrap(),
            )
        };
        sign_up("warm");
        let (clone, _, cloned) = sign_up("cloned");
        keep(desk.tenancy(), 6);
        sign_up("cold");
        let mut claims: Vec<_> = (0..5).map(|n| sign_up(&format!("t{n}"))).collect();
        claims.sort();
        let (took, trips, claimed) = claims[2];
        eprintln!(
            "{tables} tables: {took:?} with a spare instead of {clone:?}; {claimed} locks, {trips} round trips"
        );
        assert!(cloned > 5 * tables && claimed < 60, "{claimed} locks instead of {cloned}");
        costs.insert(trips);
    }
    assert_eq!(costs.len(), 1, "{costs:?} round trips");
}
