//! What a pinned transaction cannot have is an error of whoever tries, and is not committed.

use std::mem;

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::prelude::*;
use tenancy_diesel::core::isolation::Refusal;
use tenancy_diesel::{Error, RunError};

use crate::behind::{Behind, LOCKS, Work, notes, owners, write};
use crate::world::value;

#[test]
fn session_only_features_are_refused_by_name_and_nothing_is_committed() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let refused: [(&str, Refusal); 9] = [
        ("LISTEN changes", Refusal::Listen),
        ("PREPARE p AS SELECT 1", Refusal::Prepare),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", Refusal::HoldCursor),
        ("SELECT pg_advisory_lock(7)", Refusal::SessionLock),
        ("SELECT pg_try_advisory_lock_shared(7, 8)", Refusal::SessionLock),
        ("SET search_path TO public", Refusal::Path),
        ("SET LOCAL search_path TO tenant_globex", Refusal::Path),
        ("RESET ALL", Refusal::Ended),
        ("ROLLBACK AND CHAIN", Refusal::Ended),
    ];
    for (sql, expected) in refused {
        let result = behind.run(&acme, |conn| {
            write(conn, "acme", "not to be")?;
            conn.batch_execute(sql)
        });
        match result {
            Err(RunError::Tenancy(Error::NotCommitted { refusal, slug })) => {
                assert_eq!((refusal, slug.as_str()), (expected, "acme"), "{sql}");
            }
            other => panic!("{sql}: {other:?}"),
        }
        assert_eq!(behind.run(&globex, owners).unwrap(), ["globex"], "{sql}");
        assert_eq!(
            behind.run(&acme, |conn| notes::table.count().get_result::<i64>(conn)).unwrap(),
            1,
            "{sql}"
        );
    }
}

/// What came before was committed by the work itself, and what came after ran for nobody: both are told.
#[test]
fn work_that_ends_its_transaction_by_hand_is_told_so() {
    let behind = Behind::as_service_login(2);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let ends =
        ["COMMIT", "ROLLBACK", "END", "ABORT", "COMMIT; BEGIN", "COMMIT AND CHAIN", "ROLLBACK; SELECT 1"];
    for sql in ends {
        let result = behind.run(&acme, |conn| {
            conn.batch_execute(sql)?;
            // Nobody's: the login may not even read it, whatever path the session has.
            assert!(write(conn, "acme", "after the end").is_err(), "{sql}");
            let _ = conn.batch_execute("SET search_path TO tenant_globex");
            assert!(owners(conn).is_err(), "{sql}");
            Ok(())
        });
        let refusal = match result {
            Err(RunError::Tenancy(Error::NotCommitted { refusal, .. })) => Some(refusal),
            // The failed statement aborted a transaction that was begun by hand.
            Err(RunError::Work(_)) if sql.contains("BEGIN") || sql.contains("CHAIN") => None,
            other => panic!("{sql}: {other:?}"),
        };
        assert!(refusal.is_none_or(|refusal| refusal == Refusal::Ended), "{sql}");
        for tenant in [&acme, &globex] {
            assert_eq!(behind.run(tenant, owners).unwrap(), [tenant.slug.as_str()], "{sql}");
        }
    }
    assert_eq!(behind.run(&acme, |conn| notes::table.count().get_result::<i64>(conn)).unwrap(), 1);
}

#[test]
fn two_transactions_whose_connections_were_swapped_are_both_rolled_back() {
    let behind = Behind::pooler_of(2);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    for other in [&globex, &acme] {
        let outer = behind.run(&acme, |first| {
            write(first, "acme", "outer")?;
            let inner = behind.run(other, |second| {
                mem::swap(first, second);
                write(second, "acme", "inner").map(drop)
            });
            assert!(matches!(inner, Err(RunError::Tenancy(Error::NotCommitted { .. }))), "{inner:?}");
            Ok(())
        });
        assert!(matches!(outer, Err(RunError::Tenancy(Error::NotCommitted { .. }))), "{outer:?}");
        for tenant in [&acme, &globex] {
            assert_eq!(behind.run(tenant, owners).unwrap(), [tenant.slug.as_str()]);
            let count = behind.run(tenant, |conn| notes::table.count().get_result::<i64>(conn));
            assert_eq!(count.unwrap(), 1);
        }
    }
}

#[test]
fn a_savepoint_that_was_begun_by_hand_and_left_open_is_told() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    let result = behind.run(&acme, AnsiTransactionManager::begin_transaction);
    assert!(
        matches!(result, Err(RunError::Tenancy(Error::NotCommitted { refusal: Refusal::Nested, .. }))),
        "{result:?}"
    );
    assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
}

/// A deferred constraint is checked while the transaction is still the tenant's, and reported as what it is.
#[test]
fn a_deferred_constraint_fails_like_a_failed_commit() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    behind.world.sql(
        "ALTER TABLE tenant_acme.notes ADD CONSTRAINT notes_body_key UNIQUE (body) DEFERRABLE INITIALLY DEFERRED",
    );
    let result: Result<(), _> = behind.run(&acme, |conn| {
        write(conn, "acme", "first")?;
        Ok(())
    });
    assert!(
        matches!(
            &result,
            Err(RunError::Work(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::UniqueViolation,
                _
            )))
        ),
        "{result:?}"
    );
    assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
}

#[test]
fn a_connection_on_loan_needs_the_other_scope() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    assert!(matches!(behind.tenancy.connect(&acme), Err(Error::SessionScopeNeeded)));
}

/// A borrower's own instrumentation hides LISTEN; it is undone all the same.
#[test]
fn what_is_not_noticed_is_undone() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    behind
        .run(&acme, |conn| -> Work<()> {
            conn.set_instrumentation(|_: diesel::connection::InstrumentationEvent<'_>| {});
            conn.batch_execute("LISTEN changes; NOTIFY changes; SELECT pg_advisory_lock(7)")
        })
        .unwrap();
    let mut stranger = PgConnection::establish(&behind.url()).unwrap();
    assert_eq!(value(&mut stranger, "SELECT count(*) FROM pg_listening_channels()"), "0");
    assert_eq!(value(&mut stranger, LOCKS), "0");
    assert_eq!(stranger.notifications_iter().count(), 0);
}

/// A connection that the work exchanged for one of its own, of another login, serves nobody afterwards, whatever the
/// work came to.
#[test]
fn a_connection_of_the_works_own_does_not_reach_the_pool() {
    let behind = Behind::as_service_login(2);
    let acme = behind.tenant("acme");
    let service = behind.run(&acme, |conn| Ok(value(conn, "session_user"))).unwrap();
    for fails in [false, true] {
        let url = behind.world.url().to_owned();
        let result = behind.run(&acme, |conn| {
            // As a superuser, past the pooler.
            let mut own = PgConnection::establish(&url).unwrap();
            mem::swap(conn, &mut own);
            if fails { Err(diesel::result::Error::NotFound) } else { Ok(()) }
        });
        assert!(result.is_err(), "fails: {fails}");
        for _ in 0..8 {
            assert_eq!(
                behind.run(&acme, |conn| Ok(value(conn, "session_user"))).unwrap(),
                service,
                "fails: {fails}"
            );
        }
    }
}

/// The caller is told, although the work has an error of its own: it was not undone.
#[test]
fn work_that_ended_its_transaction_and_then_failed_is_told_so() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    let result = behind.run(&acme, |conn| {
        conn.batch_execute("COMMIT")?;
        Err::<(), _>(diesel::result::Error::NotFound)
    });
    assert!(matches!(result, Err(RunError::Tenancy(Error::NotCommitted { .. }))), "{result:?}");
}
