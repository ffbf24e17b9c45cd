//! What the pin refuses.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Error;
use tenancy_diesel::core::isolation::PlanError;
use tenancy_diesel::core::tenant::{NotActive, TenantStatus};

use crate::notes::{backend, owners, slug, try_owners};
use crate::world::{World, value};

#[test]
fn a_pinned_connection_sees_its_own_tenant_and_no_other() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    for _ in 0..3 {
        assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
        assert_eq!(owners(&mut world.conn(&globex)), ["globex"]);
    }
    assert_eq!(
        value(&mut world.conn(&acme), "current_setting('search_path')"),
        r#""tenant_acme", "public", pg_temp"#
    );
}

#[test]
fn a_missing_schema_is_refused_and_never_answered_from_public() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.sql("CREATE TABLE public.notes AS SELECT 1 AS id, 'public'::text AS owner, ''::text AS body; DROP SCHEMA tenant_acme CASCADE");

    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_acme, public").unwrap();
    assert_eq!(owners(&mut bare), ["public"], "the trap: PostgreSQL falls through without a word");

    let error = world.tenancy.connect(&acme).unwrap_err();
    assert!(
        matches!(&error, Error::SchemaMissing { schema, .. } if schema.as_str() == "tenant_acme"),
        "{error}"
    );
    assert!(error.to_string().contains("tenant_acme"));
}

#[test]
fn a_table_that_a_migration_adds_wins_over_the_cached_answer_from_public() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let table = "AS SELECT 1 AS id, 'acme'::text AS owner, ''::text AS body";
    world.sql(&format!(
        "DROP TABLE tenant_acme.notes; CREATE TABLE public.notes {}",
        table.replace("acme", "public")
    ));
    world.warm(&acme);
    let shared = "the shared schema answers for a table that the tenant lacks";
    assert_eq!(owners(&mut world.conn(&acme)), ["public"], "{shared}");

    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_acme, public").unwrap();
    owners(&mut bare);
    world.sql(&format!(
        "CREATE TABLE tenant_acme.notes {table};
         UPDATE tenancy.tenants SET template_version = '2' WHERE slug = 'acme'"
    ));
    assert_eq!(owners(&mut bare), ["public"], "the trap: the plan is not made anew");
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
}

#[test]
fn a_tenant_suspended_elsewhere_is_refused_whatever_memory_says() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
    world.sql("UPDATE tenancy.tenants SET status = 'suspended' WHERE slug = 'acme'");
    let error = world.tenancy.connect(&acme).unwrap_err();
    assert!(matches!(error, Error::NotActive(NotActive { status: TenantStatus::Suspended, .. })), "{error}");
    world.sql("UPDATE tenancy.tenants SET status = 'active' WHERE slug = 'acme'");
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
}

#[test]
fn a_tenant_renamed_elsewhere_is_unknown_by_its_old_slug() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.sql(
        "ALTER SCHEMA tenant_acme RENAME TO tenant_apex;
         UPDATE tenancy.tenants SET slug = 'apex', schema_name = 'tenant_apex' WHERE slug = 'acme'",
    );
    assert!(matches!(world.tenancy.connect(&acme), Err(Error::UnknownTenant(_))));
    assert_eq!(owners(&mut world.conn(&world.find("apex"))), ["acme"], "the rows came along");
}

#[test]
fn a_row_that_points_at_another_schema_is_refused() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.sql(
        "ALTER SCHEMA tenant_acme RENAME TO moved;
         UPDATE tenancy.tenants SET schema_name = 'moved' WHERE slug = 'acme'",
    );
    let refused = world.tenancy.connect(&acme).unwrap_err();
    assert!(matches!(refused, Error::Plan(PlanError::ForeignSchema { .. })), "{refused}");
}

#[test]
fn a_slug_that_is_another_tenants_now_leads_to_neither_by_mistake() {
    let world = World::new(1);
    let first = world.tenant("acme");
    assert_eq!(owners(&mut world.conn(&first)), ["acme"], "remembered");
    world.sql(
        "ALTER SCHEMA tenant_acme RENAME TO tenant_zeta;
         UPDATE tenancy.tenants SET slug = 'zeta', schema_name = 'tenant_zeta' WHERE slug = 'acme'",
    );
    world.sql(
        "CREATE SCHEMA tenant_acme; CREATE TABLE tenant_acme.notes AS SELECT 1 AS id, 'the new acme'::text AS owner, ''::text AS body;
         INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('acme', 'acme', 'active', 'tenant_acme')",
    );
    // What memory still believes of the slug is the old tenant: neither its rows nor the new one's are served.
    assert!(matches!(world.tenancy.connect(&world.find("acme")), Err(Error::UnknownTenant(_))));
    // That look-up put memory right.
    assert_eq!(owners(&mut world.conn(&world.find("acme"))), ["the new acme"]);
    assert!(
        matches!(world.tenancy.connect(&first), Err(Error::UnknownTenant(_))),
        "and the old handle stays refused"
    );
}

#[test]
fn a_dropped_tenant_is_unknown_even_when_another_takes_its_slug() {
    let world = World::new(1);
    let first = world.tenant("acme");
    world.tenancy.provisioner().drop(&slug("acme")).unwrap();
    assert!(matches!(world.tenancy.connect(&first), Err(Error::UnknownTenant(_))));
    let second = world.tenant("acme");
    assert!(
        matches!(world.tenancy.connect(&first), Err(Error::UnknownTenant(_))),
        "the id decides, not the slug"
    );
    assert_eq!(owners(&mut world.conn(&second)), ["acme"]);
}

#[test]
fn a_tenant_is_not_dropped_under_a_pinned_session() {
    let world = World::new(2);
    let acme = world.tenant("acme");
    world.sql("CREATE TABLE public.notes AS SELECT 1 AS id, 'public'::text AS owner, ''::text AS body");
    let mut conn = world.conn(&acme);
    thread::scope(|scope| {
        let drop_it = scope.spawn(|| {
            let began = Instant::now();
            world.tenancy.provisioner().drop(&slug("acme")).unwrap();
            began.elapsed()
        });
        let until = Instant::now() + Duration::from_millis(400);
        while Instant::now() < until {
            assert_eq!(owners(&mut conn), ["acme"], "never from public");
        }
        drop(conn);
        assert!(drop_it.join().unwrap() >= Duration::from_millis(300), "it waited for the session");
    });
    assert!(matches!(world.tenancy.connect(&acme), Err(Error::UnknownTenant(_))));
}

#[test]
fn the_registry_lets_no_two_tenants_share_a_schema_and_none_have_the_control_plane() {
    let world = World::new(1);
    world.tenant("acme");
    let mut bare = world.bare();
    for schema in ["tenant_acme", "tenancy", "public", "pg_catalog", "information_schema", "Tenant_x", "a, b"]
    {
        let sql = format!(
            "INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('evil', 'evil', 'active', '{schema}')"
        );
        assert!(bare.batch_execute(&sql).is_err(), "{schema}");
    }
}

#[test]
fn a_refused_pin_leaves_the_connection_in_the_pool() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let before = backend(&mut world.conn(&globex));
    world.sql("UPDATE tenancy.tenants SET status = 'suspended' WHERE slug = 'acme'");
    for _ in 0..5 {
        assert!(world.tenancy.connect(&acme).is_err());
    }
    assert_eq!(backend(&mut world.conn(&globex)), before);
    assert_eq!(try_owners(&mut world.conn(&globex)).unwrap(), ["globex"]);
}

#[test]
fn without_a_control_plane_the_error_names_the_remedy() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.sql("DROP SCHEMA tenancy CASCADE");
    let error = world.tenancy.connect(&acme).unwrap_err();
    assert!(matches!(error, Error::NotInitialized), "{error}");
    assert!(error.to_string().contains("tenancy init"));
}

#[test]
fn a_control_plane_made_anew_is_served_again() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let before = backend(&mut world.conn(&acme));
    world.sql("DROP SCHEMA tenancy CASCADE");
    assert!(matches!(world.tenancy.connect(&acme), Err(Error::NotInitialized)));
    world.tenancy.init().unwrap();
    world.sql(&format!(
        "INSERT INTO tenancy.tenants (id, slug, name, status, schema_name) VALUES ('{}', 'acme', 'acme', 'active', 'tenant_acme')",
        acme.id
    ));
    let mut served = Vec::new();
    for _ in 0..3 {
        let mut conn = world.conn(&acme);
        assert_eq!(owners(&mut conn), ["acme"]);
        served.push(backend(&mut conn));
    }
    assert!(!served.contains(&before), "the pin that failed cost its session");
    assert!(served.iter().all(|backend| *backend == served[0]), "and no other: {served:?}");
}
