//! Clones that wait for sign-ups.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::tenant::Tenant;
use tenancy_diesel::{Error, NewTenant, RunOptions, SpareStanding, SparesReport, Tenancy, TenantRoles};

use crate::desk::{Desk, slug};
use crate::large_schemas;
use crate::locked::LockedServer;
use crate::proxy::CountingProxy;
use crate::world::{World, value};

/// Makes `count` ready.
fn keep(tenancy: &Tenancy, count: usize) -> SparesReport {
    tenancy.spares().keep(count, |_| {}).unwrap()
}

fn ids(tenancy: &Tenancy) -> BTreeSet<String> {
    tenancy.spares().list().unwrap().iter().map(|spare| spare.id.to_string()).collect()
}

fn ready(tenancy: &Tenancy) -> usize {
    let spares = tenancy.spares().list().unwrap();
    spares.iter().filter(|spare| spare.standing == SpareStanding::Ready).count()
}

/// Spares' schemas, rows and roles are the same; so are tenants'.
fn assert_in_order(desk: &Desk) {
    let mismatched = "SELECT string_agg(x, ' ') FROM (
        SELECT coalesce(n.nspname, h.schema_name) || ' ' || coalesce(h.role_name, '-') AS x
        FROM (SELECT nspname FROM pg_namespace WHERE nspname ~ '^(spare|tenant)_') n
        FULL JOIN (SELECT schema_name, role_name FROM tenancy.spares UNION ALL SELECT schema_name, role_name FROM tenancy.tenants) h
        ON h.schema_name = n.nspname
        WHERE n.nspname IS NULL OR h.schema_name IS NULL
           OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = h.role_name)) m";
    assert_eq!(desk.value(mismatched), "NULL");
}

/// As the tenant's own session: writes and reads rows, and may not touch the bookkeeping.
fn works(desk: &Desk, name: &str) {
    let mut conn = desk.tenancy().connect(&desk.world.find(name)).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO customers (name) VALUES ('{name}'); INSERT INTO tickets DEFAULT VALUES"
    ))
    .unwrap();
    assert_eq!(value(&mut conn, "SELECT string_agg(name, ' ') FROM customers"), name);
    assert_eq!(value(&mut conn, "SELECT id FROM tickets"), "1", "its sequence is its own");
    let closed = conn.batch_execute("INSERT INTO __diesel_schema_migrations VALUES ('1')").unwrap_err();
    assert!(closed.to_string().contains("permission denied"), "{closed}");
}

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
fn a_spare_dumps_like_a_clone() {
    let desk = Desk::new();
    desk.world.sql(
        "SELECT tenancy.act_as_owner(NULL, false); SET search_path TO base_template;
         CREATE VIEW names AS SELECT name FROM customers;
         CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM base_template.customers';
         CREATE FUNCTION of_path() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = base_template, pg_temp
             AS 'BEGIN RETURN (SELECT count(*) FROM customers); END';
         CREATE FUNCTION bound() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM customers; END;
         COMMENT ON FUNCTION how_many IS 'of base_template'; CREATE PROCEDURE nothing() LANGUAGE sql AS ''",
    );
    let about = |schema: &str| {
        desk.value(&format!(
            "SELECT string_agg(pg_get_functiondef(oid) || coalesce(obj_description(oid), ''), E'\\n' ORDER BY proname)
             FROM pg_proc WHERE pronamespace = '{schema}'::regnamespace"
        ))
        .replace(schema, "SCHEMA")
    };
    desk.create("cloned").unwrap();
    keep(desk.tenancy(), 1);
    desk.create("acme").unwrap();
    assert_eq!(ready(desk.tenancy()), 0, "it was taken");
    assert_eq!(about("tenant_acme"), about("tenant_cloned"));
    assert!(about("tenant_acme").contains("SCHEMA.customers"), "{}", about("tenant_acme"));
    desk.world.sql("INSERT INTO tenant_acme.customers (name) VALUES ('Ann')");
    for function in ["how_many", "of_path", "bound"] {
        assert_eq!(desk.value(&format!("SELECT tenant_acme.{function}()")), "1", "{function}");
        assert_eq!(desk.value(&format!("SELECT tenant_cloned.{function}()")), "0", "{function}");
    }
    // Renamed again, they follow.
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    for function in ["how_many", "of_path", "bound"] {
        assert_eq!(desk.value(&format!("SELECT tenant_apex.{function}()")), "1", "{function}");
    }
    assert_eq!(about("tenant_apex"), about("tenant_cloned"));
}

#[test]
fn a_function_that_names_its_schema_in_a_text_keeps_it_from_being_renamed() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql(
        "CREATE FUNCTION tenant_acme.dynamic() RETURNS void LANGUAGE plpgsql AS
         'BEGIN EXECUTE ''DELETE FROM tenant_acme.customers''; END'",
    );
    let refused = desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap_err();
    assert!(matches!(&refused, Error::NamesItself { .. }), "{refused:?}");
    assert!(
        refused.to_string().contains("tenant_acme.dynamic()")
            || refused.to_string().contains("tenant_apex.dynamic()"),
        "{refused}"
    );
    desk.tenancy().connect(&desk.world.find("acme")).map(drop).unwrap();
    desk.world.sql("DROP FUNCTION tenant_acme.dynamic()");
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
}

#[test]
fn a_name_that_may_be_any_word_keeps_no_tenant_from_being_renamed() {
    let desk = Desk::new();
    let bare = desk.another_with(|builder| builder.schema_prefix(""));
    bare.provisioner().create(&NewTenant::new(slug("customers"))).unwrap();
    desk.world.sql(
        "CREATE FUNCTION customers.all_of() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers';
         CREATE FUNCTION customers.own() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers.tickets'",
    );
    bare.provisioner().rename(&slug("customers"), &slug("clients")).unwrap();
    assert_eq!(
        desk.value("SELECT prosrc FROM pg_proc WHERE proname = 'all_of'"),
        "SELECT count(*) FROM customers"
    );
    assert_eq!(
        desk.value("SELECT prosrc FROM pg_proc WHERE proname = 'own'"),
        "SELECT count(*) FROM clients.tickets"
    );
}

#[test]
fn a_spare_that_something_needs_keeps_no_other_from_being_made() {
    let desk = Desk::new();
    keep(desk.tenancy(), 1);
    let spare = desk.tenancy().spares().list().unwrap().remove(0);
    desk.world.sql(&format!("CREATE VIEW public.late AS TABLE {}.customers", spare.schema));
    desk.world.sql("ALTER TABLE base_template.tickets ADD COLUMN by_hand int");
    let refused = desk.tenancy().spares().keep(2, |_| {});
    assert!(matches!(refused, Err(Error::StillNeeded { .. })), "{refused:?}");
    assert_eq!(ready(desk.tenancy()), 2);
    assert_eq!(desk.value("SELECT count(*) FROM public.late"), "0");
    desk.world.sql("DROP VIEW public.late");
    assert_eq!(keep(desk.tenancy(), 2), SparesReport { ready: 2, made: 0, dropped: 1 });
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
fn a_spare_of_another_template_than_todays_is_never_handed_out() {
    let desk = Desk::new();
    keep(desk.tenancy(), 2);
    desk.write("2026-01-02-000000_more", "CREATE TABLE more (id int)", Some("DROP TABLE more"));
    desk.tenancy().fleet().migrate_template().unwrap();
    let stale = ids(desk.tenancy());
    let spares = desk.tenancy().spares().list().unwrap();
    assert!(spares.iter().all(|spare| spare.standing == SpareStanding::Stale), "{spares:?}");
    let acme = desk.create("acme").unwrap();
    assert!(!stale.contains(&acme.id.to_string()));
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.more"), "0");
    assert_eq!(keep(desk.tenancy(), 1), SparesReport { ready: 1, made: 1, dropped: 2 });
    assert_in_order(&desk);
    // Reverted and applied again with other contents: the versions are the same.
    let again = desk.tenancy().spares().list().unwrap();
    assert_eq!(again[0].version.as_deref(), Some("20260102000000"));
    let reverted = desk.tenancy().fleet().revert(&RunOptions::default(), |_| {}).unwrap();
    assert!(reverted.is_success(), "{reverted:?}");
    std::fs::write(
        desk.directory().join("2026-01-02-000000_more/up.sql"),
        "CREATE TABLE more (id int, name text)",
    )
    .unwrap();
    desk.tenancy().fleet().migrate_template().unwrap();
    let globex = desk.create("globex").unwrap();
    assert_ne!(globex.id, again[0].id);
    assert_eq!(desk.value("SELECT count(name) FROM tenant_globex.more"), "0");
}

#[test]
fn a_sign_up_waits_for_a_migration_of_the_template_and_gets_no_spare_of_before() {
    let desk = Desk::new();
    keep(desk.tenancy(), 4);
    let stale = ids(desk.tenancy());
    desk.write("2026-01-02-000000_more", "CREATE TABLE more (id int); SELECT pg_sleep(1)", None);
    let migrating = desk.another();
    let tenants: Vec<Tenant> = thread::scope(|scope| {
        let migration = scope.spawn(|| migrating.fleet().migrate_template().unwrap());
        desk.world.wait_for(crate::world::ASLEEP, "1");
        // All of these come while it is under way.
        let sign_ups: Vec<_> = (0..4)
            .map(|n| {
                let desk = &desk;
                scope.spawn(move || desk.create(&format!("t{n}")).unwrap())
            })
            .collect();
        migration.join().unwrap();
        sign_ups.into_iter().map(|sign_up| sign_up.join().unwrap()).collect()
    });
    for tenant in tenants {
        assert!(!stale.contains(&tenant.id.to_string()));
        assert_eq!(tenant.template_version.as_deref(), Some("20260102000000"));
        assert_eq!(
            desk.value(&format!("SELECT count(*) FROM {}.more", tenant.placement.schema().unwrap())),
            "0"
        );
    }
    assert_eq!(ids(desk.tenancy()), stale, "they wait to be dropped");
}

#[test]
fn a_template_made_by_hand_is_compared_whole() {
    let world = World::with(4, |builder| builder);
    world.sql(
        "SELECT tenancy.act_as_owner(NULL, false); CREATE TABLE base_template.notes (id serial PRIMARY KEY)",
    );
    keep(&world.tenancy, 2);
    let spares = ids(&world.tenancy);
    let create = |name: &str| world.tenancy.provisioner().create(&NewTenant::new(slug(name))).unwrap();
    assert!(spares.contains(&create("acme").id.to_string()));
    world.sql(
        "SELECT tenancy.act_as_owner(NULL, false); ALTER TABLE base_template.notes ADD COLUMN body text",
    );
    assert!(!spares.contains(&create("globex").id.to_string()), "at once");
    let mut bare = world.bare();
    assert_eq!(value(&mut bare, "SELECT count(body) FROM tenant_globex.notes"), "0");
    assert_eq!(keep(&world.tenancy, 1), SparesReport { ready: 1, made: 1, dropped: 1 });
}

#[test]
fn what_was_changed_by_hand_in_a_template_with_migrations_is_noticed_when_spares_are_kept() {
    let desk = Desk::new();
    keep(desk.tenancy(), 1);
    desk.world.sql("ALTER TABLE base_template.tickets ADD COLUMN by_hand int");
    assert_eq!(ready(desk.tenancy()), 0);
    assert_eq!(keep(desk.tenancy(), 1), SparesReport { ready: 1, made: 1, dropped: 1 });
    desk.create("acme").unwrap();
    assert_eq!(desk.value("SELECT count(by_hand) FROM tenant_acme.tickets"), "0");
}

#[test]
fn two_templates_in_one_database_have_spares_of_their_own() {
    let desk = Desk::new();
    let other =
        desk.another_with(|builder| builder.schema_per_tenant("other_template").schema_prefix("other_"));
    desk.world.sql("CREATE SCHEMA other_template; CREATE TABLE other_template.things (id int)");
    other.init().unwrap();
    keep(desk.tenancy(), 1);
    keep(&other, 1);
    let (ours, theirs) = (ids(desk.tenancy()), ids(&other));
    assert!(ours.is_disjoint(&theirs) && ours.len() == 1 && theirs.len() == 1);
    let globex = other.provisioner().create(&NewTenant::new(slug("globex"))).unwrap();
    assert!(theirs.contains(&globex.id.to_string()));
    assert_eq!(desk.value("SELECT count(*) FROM other_globex.things"), "0");
    assert_eq!(ids(desk.tenancy()), ours);
    assert_eq!(keep(&other, 0).dropped, 0, "it leaves those of others alone");
    assert_eq!(ids(desk.tenancy()), ours);
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

#[test]
fn the_service_refills_by_itself_and_ends_with_its_last_handle() {
    let desk = Desk::new();
    let service = desk.another_with(|builder| builder.spares(3));
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    // Two processes do not make more together.
    let second = desk.another_with(|builder| builder.spares(3));
    for n in 0..6 {
        service.provisioner().create(&NewTenant::new(slug(&format!("t{n}")))).unwrap();
        desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    }
    // A migration makes them stale; they are replaced without being asked for.
    desk.write("2026-01-02-000000_more", "CREATE TABLE more (id int)", None);
    service.fleet().migrate_template().unwrap();
    assert!(service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares WHERE version = '20260102000000'", "3");
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    assert_in_order(&desk);
    drop((service, second));
    let threads = || {
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(Result::ok)
            .filter(|task| {
                std::fs::read_to_string(task.path().join("comm"))
                    .is_ok_and(|name| name.trim() == "tenancy-spares")
            })
            .count()
    };
    if std::path::Path::new("/proc/self/task").exists() {
        let until = Instant::now() + Duration::from_secs(20);
        // Other tests of this process have none for longer than they run.
        while threads() > 0 {
            assert!(Instant::now() < until, "{} threads are left", threads());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_refiller_whose_backend_is_killed_leaves_nothing_and_tries_again() {
    let desk = Desk::new();
    desk.world.sql(
        "CREATE FUNCTION public.dawdle() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN IF current_setting('application_name') <> 'quick' THEN PERFORM pg_sleep(20); END IF; END $$;
         CREATE EVENT TRIGGER dawdle ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.dawdle()",
    );
    let _service = desk.another_with(|builder| builder.spares(2));
    desk.world.wait_for(crate::world::ASLEEP, "1");
    let kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'";
    desk.world.sql(kill);
    let nothing = "SELECT (SELECT count(*) FROM tenancy.spares) + (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_')";
    assert_eq!(desk.value(nothing), "0");
    desk.world.wait_for(crate::world::ASLEEP, "1");
    desk.world.sql("DROP EVENT TRIGGER dawdle");
    desk.world.sql(kill);
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "2");
    assert_in_order(&desk);
}

#[test]
fn a_large_spare_is_dropped_in_steps_and_nobody_gets_it_meanwhile() {
    let server = LockedServer::start(20, 20);
    let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
    tenancy.init().unwrap();
    server.fill("base_template", 25);
    keep(&tenancy, 1);
    server.sql("ALTER TABLE base_template.t1 ADD COLUMN more int");
    let spare = tenancy.spares().list().unwrap().remove(0);
    let mut other = server.bare();
    other.batch_execute(&format!("BEGIN; LOCK TABLE {}.t12", spare.schema)).unwrap();
    thread::scope(|scope| {
        let keeping = scope.spawn(|| tenancy.spares().keep(0, |_| {}));
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'";
        let until = Instant::now() + Duration::from_secs(20);
        while value(&mut server.bare(), waiting) == "0" {
            assert!(Instant::now() < until, "nobody waits");
        }
        server.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'");
        keeping.join().unwrap().unwrap_err();
    });
    other.batch_execute("ROLLBACK").unwrap();
    let half = tenancy.spares().list().unwrap();
    assert_eq!(half[0].standing, SpareStanding::Dropping, "{half:?}");
    server.sql("ALTER TABLE base_template.t1 DROP COLUMN more");
    let acme = tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    assert_ne!(acme.id, spare.id);
    assert_eq!(keep(&tenancy, 0), SparesReport { ready: 0, made: 0, dropped: 1 });
    let mut bare = server.bare();
    assert_eq!(value(&mut bare, "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_'"), "0");
    assert_eq!(value(&mut bare, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^tenant_'"), "1");
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
