//! States in which a connection must not reach the next borrower.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use tenancy_diesel::TenantConnection;

use crate::notes::{backend, notes, owners};
use crate::world::{World, try_value, value};

/// Leaves a connection in some state as tenant A; B must then get a working connection of its own, and A's
/// unfinished work must be gone. Says whether the session survived.
pub(crate) fn next_tenant_is_safe_after(leave: impl FnOnce(&mut TenantConnection)) -> bool {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    world.warm(&acme);
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    leave(&mut conn);
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_eq!(owners(&mut conn), ["globex"]);
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.notes WHERE body = 'unfinished'"), "0");
    conn.batch_execute("SELECT 1 / (transaction_timestamp() = statement_timestamp())::int")
        .expect("no transaction is open");
    backend(&mut conn) == before
}

const UNFINISHED: &str = "INSERT INTO notes (body) VALUES ('unfinished')";

#[test]
fn a_raw_begin_never_reaches_the_next_tenant() {
    let world = World::new(1);
    let mut bare = world.bare();
    world.tenant("acme");
    bare.batch_execute("BEGIN; SET search_path TO tenant_acme").unwrap();
    assert!(
        bare.transaction(|conn| try_value(conn, "1")).is_ok(),
        "the trap: Diesel does not know of the transaction"
    );

    assert!(!next_tenant_is_safe_after(|conn| conn.batch_execute(&format!("BEGIN; {UNFINISHED}")).unwrap()));
}

#[test]
fn an_aborted_raw_transaction_never_reaches_the_next_tenant() {
    assert!(!next_tenant_is_safe_after(|conn| {
        conn.batch_execute(&format!("BEGIN; {UNFINISHED}")).unwrap();
        conn.batch_execute("SELECT 1/0").unwrap_err();
    }));
}

#[test]
fn an_open_transaction_of_diesel_never_reaches_the_next_tenant() {
    use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
    assert!(!next_tenant_is_safe_after(|conn| {
        AnsiTransactionManager::begin_transaction(&mut **conn).unwrap();
        conn.batch_execute(UNFINISHED).unwrap();
    }));
}

#[test]
fn a_panic_caught_before_the_drop_costs_nothing_and_leaks_nothing() {
    assert!(next_tenant_is_safe_after(|conn| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            conn.batch_execute("SET statement_timeout = '1h'").unwrap();
            panic!("in the handler");
        }));
        assert!(panicked.is_err());
    }));
}

#[test]
fn a_panic_inside_a_transaction_rolls_back() {
    assert!(!next_tenant_is_safe_after(|conn| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            conn.transaction::<(), diesel::result::Error, _>(|conn| {
                conn.batch_execute(UNFINISHED).unwrap();
                panic!("in the transaction");
            })
        }));
        assert!(panicked.is_err());
    }));
}

#[test]
fn a_panic_that_unwinds_through_the_guard_discards_the_connection() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut conn = world.conn(&acme);
        conn.batch_execute("SET statement_timeout = '1h'").unwrap();
        panic!("while the guard is held");
    }));
    assert!(panicked.is_err());
    let mut conn = world.conn(&globex);
    assert_eq!(owners(&mut conn), ["globex"]);
    assert_eq!(value(&mut conn, "current_setting('statement_timeout')"), "0");
}

#[test]
fn a_row_iterator_that_is_forgotten_is_drained() {
    let forget = |conn: &mut PgConnection| {
        let rows =
            notes::table.select(notes::owner).load_iter::<String, PgRowByRowLoadingMode>(conn).unwrap();
        mem::forget(rows);
    };
    let world = World::new(1);
    world.tenant("acme");
    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_acme").unwrap();
    forget(&mut bare);
    assert!(
        notes::table.select(notes::owner).load::<String>(&mut bare).is_err(),
        "the trap: another command is in progress"
    );

    assert!(next_tenant_is_safe_after(|conn| forget(conn)));
}

#[test]
fn a_copy_that_is_half_read_is_drained() {
    next_tenant_is_safe_after(|conn| {
        conn.batch_execute("INSERT INTO notes (body) SELECT repeat('x', 1000) FROM generate_series(1, 2000)")
            .unwrap();
        let copy = diesel::copy_to(notes::table).load_raw(&mut **conn).unwrap();
        mem::forget(copy);
    });
}

#[test]
fn a_copy_whose_writer_panics_inserts_nothing() {
    next_tenant_is_safe_after(|conn| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            diesel::copy_from(notes::table)
                .from_raw_data((notes::id, notes::owner, notes::body), |copy| {
                    copy.write_all(b"77\tacme\tunfinished\n").unwrap();
                    if true {
                        panic!("in the writer");
                    }
                    QueryResult::Ok(())
                })
                .execute(&mut **conn)
        }));
        assert!(panicked.is_err());
    });
}

#[test]
fn two_guards_whose_connections_were_swapped_are_both_discarded() {
    let world = World::new(2);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let (mut a, mut b) = (world.conn(&acme), world.conn(&globex));
    let before = [backend(&mut a), backend(&mut b)];
    mem::swap(&mut *a, &mut *b);
    assert_eq!(
        owners(&mut a),
        ["globex"],
        "while both are held nothing can stop it: both are the borrower's own"
    );
    drop(a);
    drop(b);
    for _ in 0..4 {
        let (mut a, mut b) = (world.conn(&acme), world.conn(&globex));
        assert_eq!((owners(&mut a), owners(&mut b)), (vec!["acme".to_owned()], vec!["globex".to_owned()]));
        assert!(!before.contains(&backend(&mut a)) && !before.contains(&backend(&mut b)));
    }
}

#[test]
fn a_connection_exchanged_for_one_from_outside_does_not_enter_the_pool() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let mut outside = world.bare();
    outside.batch_execute("SET search_path TO tenant_acme").unwrap();
    let foreign = backend(&mut outside);
    let mut conn = world.conn(&acme);
    let _stolen = mem::replace(&mut *conn, outside);
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_ne!(backend(&mut conn), foreign);
    assert_eq!(owners(&mut conn), ["globex"]);
}

#[test]
fn a_borrowers_instrumentation_does_not_listen_to_the_next_tenant() {
    use std::sync::{Arc, Mutex};
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    assert!(next_tenant_is_safe_after(move |conn| {
        conn.set_instrumentation(move |event: diesel::connection::InstrumentationEvent<'_>| {
            listener.lock().unwrap().push(format!("{event:?}"));
        });
        owners(conn);
    }));
    let heard = heard.lock().unwrap();
    assert!(!heard.is_empty());
    assert!(!heard.iter().any(|event| event.contains("unfinished")), "{heard:?}");
}

#[test]
fn a_borrower_that_switched_the_statement_cache_off_does_not_slow_the_next() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    owners(&mut conn);
    drop(conn);
    for _ in 0..3 {
        let mut conn = world.conn(&acme);
        assert_eq!(owners(&mut conn), ["acme"]);
        assert_eq!(backend(&mut conn), before);
    }
    let cached = value(
        &mut world.conn(&acme),
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%\"notes\".\"owner\"%'",
    );
    assert_eq!(cached, "1");
}

#[test]
fn discard_all_by_a_borrower_does_not_break_the_next() {
    next_tenant_is_safe_after(|conn| {
        owners(conn);
        conn.batch_execute("DISCARD ALL").unwrap();
    });
}

#[test]
fn deallocate_all_by_a_borrower_heals() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let mut conn = world.conn(&acme);
    owners(&mut conn);
    conn.batch_execute("DEALLOCATE ALL").unwrap();
    assert!(notes::table.select(notes::owner).order(notes::id).load::<String>(&mut *conn).is_err());
    drop(conn);
    // The first borrower met the error, so the session was cleaned; nobody else meets it.
    for tenant in [&globex, &acme, &globex] {
        assert_eq!(owners(&mut world.conn(tenant)), [tenant.slug.as_str()]);
    }
}

#[test]
fn deallocate_all_as_the_last_act_heals_too() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let mut conn = world.conn(&acme);
    owners(&mut conn);
    conn.batch_execute("DEALLOCATE ALL").unwrap();
    drop(conn);
    assert_eq!(owners(&mut world.conn(&globex)), ["globex"]);
}
