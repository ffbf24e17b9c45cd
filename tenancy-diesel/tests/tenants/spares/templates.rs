//! A spare of another template than today's is handed out to nobody.

use super::{assert_in_order, ids, keep, ready};
use crate::desk::{Desk, slug};
use crate::world::{World, value};
use std::thread;
use tenancy_diesel::core::tenant::Tenant;
use tenancy_diesel::{NewTenant, RunOptions, SpareStanding, SparesReport};

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
    let reverted =
        desk.tenancy().fleet().revert(&Default::default(), &RunOptions::default(), |_| {}).unwrap();
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
