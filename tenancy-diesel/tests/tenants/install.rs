//! The control plane.

use std::thread;

use tenancy_diesel::Error;

use crate::desk::Desk;

#[test]
fn installing_twice_changes_nothing() {
    let desk = Desk::new();
    let applied = "SELECT string_agg(version || run_on, ',') FROM tenancy.__diesel_schema_migrations";
    let before = desk.value(applied);
    desk.tenancy().init().unwrap();
    desk.tenancy().check_ready().unwrap();
    assert_eq!(desk.value(applied), before);
}

#[test]
fn many_replicas_may_install_at_once() {
    let desk = Desk::new();
    desk.world.sql("DROP SCHEMA tenancy CASCADE; DROP SCHEMA base_template CASCADE");
    assert!(matches!(desk.tenancy().check_ready(), Err(Error::NotInitialized)));
    let replicas: Vec<_> = (0..6).map(|_| desk.another()).collect();
    thread::scope(|scope| {
        for replica in &replicas {
            scope.spawn(|| replica.init().unwrap());
        }
    });
    desk.tenancy().check_ready().unwrap();
    desk.create("acme").unwrap();
}

#[test]
fn a_schema_of_that_name_that_is_somebody_elses_is_left_alone() {
    let desk = Desk::new();
    desk.world
        .sql("DROP SCHEMA tenancy CASCADE; CREATE SCHEMA tenancy; CREATE TABLE tenancy.leases (id int)");
    let error = desk.tenancy().init().unwrap_err().to_string();
    assert!(error.contains("`tenancy`") && error.contains("did not make"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'tenancy'"), "1");
}

#[test]
fn the_registry_follows_its_down_migration_too() {
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
    const REGISTRY: EmbeddedMigrations = embed_migrations!("../migrations/registry");
    let desk = Desk::new();
    let mut conn = desk.world.bare();
    diesel::connection::SimpleConnection::batch_execute(&mut conn, "SET search_path TO tenancy").unwrap();
    conn.revert_all_migrations(REGISTRY).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'tenancy'::regnamespace"), "0");
    desk.tenancy().init().unwrap();
    desk.create("acme").unwrap();
}
