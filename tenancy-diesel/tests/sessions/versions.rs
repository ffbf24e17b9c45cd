//! Tenants whose tables differ.

use diesel::prelude::*;

use crate::notes::backend;
use crate::world::{World, value};
use tenancy_diesel::is_stale_plan;

diesel::table! { things (id) { id -> Integer, name -> Text, } }

const STALE: &str = "cached plan must not change result type";

fn names(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    things::table.select(things::name).load(conn)
}

/// `old` is as it was; in `new` the column was widened, and the registry says so if `recorded`.
fn half_migrated(recorded: bool) -> World {
    let world = World::new(1);
    for (slug, width) in [("old", 50), ("new", 100)] {
        world.tenant(slug);
        world.sql(&format!(
            "CREATE TABLE tenant_{slug}.things (id serial PRIMARY KEY, name varchar({width}) NOT NULL);
             INSERT INTO tenant_{slug}.things (name) VALUES ('{slug}')"
        ));
    }
    if recorded {
        world.sql("UPDATE tenancy.tenants SET template_version = '2' WHERE slug = 'new'; UPDATE tenancy.tenants SET template_version = '1' WHERE slug = 'old'");
    }
    world
}

#[test]
fn a_bare_connection_fails_for_one_of_them_again_and_again() {
    use diesel::connection::SimpleConnection as _;
    let world = half_migrated(true);
    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_old").unwrap();
    names(&mut bare).unwrap();
    bare.batch_execute("SET search_path TO tenant_new").unwrap();
    for _ in 0..3 {
        let error = names(&mut bare).unwrap_err();
        assert!(is_stale_plan(&error) && error.to_string() == STALE, "{error}");
    }
}

#[test]
fn versions_on_record_never_share_statements() {
    let world = half_migrated(true);
    let (old, new) = (world.find("old"), world.find("new"));
    let before = backend(&mut world.conn(&old));
    for _ in 0..5 {
        for tenant in [&old, &new, &new, &old] {
            let mut conn = world.conn(tenant);
            assert_eq!(names(&mut conn).unwrap(), [tenant.slug.as_str()]);
            assert_eq!(backend(&mut conn), before);
        }
    }
    let count: i64 =
        value(&mut world.conn(&old), "SELECT count(*) FROM pg_prepared_statements").parse().unwrap();
    assert!(count < 8, "{count} prepared statements");
}

#[test]
fn a_difference_made_by_hand_fails_once_and_then_never_again() {
    let world = half_migrated(false);
    let (old, new) = (world.find("old"), world.find("new"));
    world.warm(&old);
    let mut failures = 0;
    for round in 0..10 {
        for tenant in [&old, &new] {
            match names(&mut world.conn(tenant)) {
                Ok(names) => assert_eq!(names, [tenant.slug.as_str()]),
                Err(error) => {
                    assert!(is_stale_plan(&error), "{error}");
                    assert_eq!(round, 0, "the library has learned by then");
                    failures += 1;
                }
            }
        }
    }
    assert_eq!(failures, 1);
}

#[test]
fn a_migration_under_a_live_connection_fails_at_most_once() {
    let world = half_migrated(true);
    let old = world.find("old");
    let mut conn = world.conn(&old);
    names(&mut conn).unwrap();
    world.sql("ALTER TABLE tenant_old.things ALTER name TYPE varchar(100); UPDATE tenancy.tenants SET template_version = '2' WHERE slug = 'old'");
    assert!(is_stale_plan(&names(&mut conn).unwrap_err()), "this borrower had pinned before");
    drop(conn);
    for _ in 0..3 {
        assert_eq!(names(&mut world.conn(&old)).unwrap(), ["old"]);
    }
}

#[test]
fn a_migration_between_two_borrowers_is_not_noticed() {
    let world = half_migrated(true);
    let old = world.find("old");
    names(&mut world.conn(&old)).unwrap();
    world.sql("ALTER TABLE tenant_old.things ALTER name TYPE varchar(100); UPDATE tenancy.tenants SET template_version = '2' WHERE slug = 'old'");
    assert_eq!(names(&mut world.conn(&old)).unwrap(), ["old"]);
}

#[test]
fn a_read_is_tried_again_when_its_plan_went_stale_meanwhile() {
    let world = half_migrated(false);
    let (old, new) = (world.find("old"), world.find("new"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..3 {
            for tenant in [&old, &new] {
                let db = world.tenancy.db(tenant.clone());
                assert_eq!(db.read(names).await.unwrap(), [tenant.slug.as_str()]);
            }
        }
    });
}
