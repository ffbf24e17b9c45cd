//! Servers die, pools run dry.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::{Error, PoolSettings, Tenancy};

use crate::notes::{backend, owners, try_owners};
use crate::world::World;

#[test]
fn a_backend_killed_while_idle_in_the_pool_is_never_noticed_by_a_borrower() {
    let world = World::new(4);
    let acme = world.tenant("acme");
    for _ in 0..5 {
        assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
        world.kill_all();
    }
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
}

#[test]
fn a_backend_killed_under_a_borrower_costs_that_borrower_only() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    world.kill_all();
    assert!(try_owners(&mut conn).is_err());
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_eq!(owners(&mut conn), ["globex"]);
    assert_ne!(backend(&mut conn), before);
}

#[test]
fn a_backend_killed_while_idle_in_a_guard_does_not_enter_the_pool() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let conn = world.conn(&acme);
    world.kill_all();
    drop(conn);
    assert_eq!(owners(&mut world.conn(&globex)), ["globex"]);
}

#[test]
fn an_exhausted_pool_says_so_and_recovers() {
    let world = World::with(1, |builder| {
        builder.pool(PoolSettings {
            max_size: 1,
            connection_timeout: Duration::from_millis(300),
            ..PoolSettings::default()
        })
    });
    let acme = world.tenant("acme");
    let held = world.conn(&acme);
    let began = Instant::now();
    let error = world.tenancy.connect(&acme).unwrap_err();
    assert!(matches!(error, Error::PoolExhausted { size: 1, .. }), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(300));
    drop(held);
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
}

#[test]
fn a_database_that_is_away_is_told_from_a_busy_one() {
    let pool = PoolSettings {
        max_size: 2,
        connection_timeout: Duration::from_millis(600),
        ..PoolSettings::default()
    };
    let tenancy =
        Tenancy::builder().database_url("postgres://nobody@127.0.0.1:1/none").pool(pool).build().unwrap();
    let error = tenancy.tenant(&"acme".parse().unwrap()).unwrap_err();
    assert!(matches!(&error, Error::Unreachable(reason) if !reason.is_empty()), "{error}");
}

#[test]
fn a_database_on_another_machine_needs_encryption() {
    let error =
        Tenancy::builder().database_url("postgres://app:secret@db.example.com/app").build().unwrap_err();
    assert!(matches!(error, Error::PlainText(_)));
    let message = error.to_string();
    assert!(
        message.contains("db.example.com")
            && message.contains("sslmode=require")
            && !message.contains("secret"),
        "{message}"
    );
}

#[test]
fn an_error_of_the_handler_leaves_a_clean_connection() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    conn.batch_execute("SELECT no_such_function()").unwrap_err();
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_eq!(owners(&mut conn), ["globex"]);
    assert_eq!(backend(&mut conn), before, "an error is no reason to reconnect");
}
