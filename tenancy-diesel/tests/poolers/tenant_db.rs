//! The async side: each of its three methods is one transaction.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tenancy_diesel::core::isolation::Refusal;
use tenancy_diesel::{Error, RunError};

use crate::behind::{Behind, notes, owners, write};

#[tokio::test(flavor = "multi_thread")]
async fn run_transaction_and_read_are_one_transaction_each() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let (acme, globex) = (behind.tenancy.db(acme), behind.tenancy.db(globex));

    // `run` commits when the work succeeds, and not when it fails, whatever its error is.
    let failed: Result<(), RunError<&str>> = acme
        .run(|conn| {
            write(conn, "acme", "not to be").unwrap();
            Err("no")
        })
        .await;
    assert!(matches!(failed, Err(RunError::Work("no"))));
    acme.run(|conn| write(conn, "acme", "by run")).await.unwrap();
    acme.transaction(|conn| write(conn, "acme", "by transaction")).await.unwrap();
    assert_eq!(globex.read(owners).await.unwrap(), ["globex"]);
    let bodies =
        acme.read(|conn| notes::table.select(notes::body).order(notes::id).load::<String>(conn)).await;
    assert_eq!(bodies.unwrap(), ["first", "by run", "by transaction"]);

    let refused = acme.read(|conn| write(conn, "acme", "x")).await.unwrap_err();
    assert!(
        matches!(
            refused,
            RunError::Work(DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _))
        ),
        "{refused:?}"
    );
    let refused = acme.run(|conn| conn.batch_execute("LISTEN x")).await.unwrap_err();
    assert!(
        matches!(refused, RunError::Tenancy(Error::NotCommitted { refusal: Refusal::Listen, .. })),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_and_a_panic_leave_nothing_behind() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let (acme, globex) = (behind.tenancy.db(acme), behind.tenancy.db(globex));
    let slow = acme.run(|conn| {
        conn.batch_execute("SELECT pg_sleep(0.3)")?;
        write(conn, "acme", "late")
    });
    assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
    assert_eq!(globex.read(owners).await.unwrap(), ["globex"]);
    let panicking = acme.clone();
    let panicked = tokio::spawn(async move {
        panicking
            .run(|conn| -> QueryResult<()> {
                write(conn, "acme", "unfinished")?;
                panic!("in the work")
            })
            .await
    });
    assert!(panicked.await.is_err());
    assert_eq!(globex.read(owners).await.unwrap(), ["globex"]);
    let late = acme.read(|conn| notes::table.filter(notes::body.eq("late")).count().get_result::<i64>(conn));
    assert_eq!(late.await.unwrap(), 1, "the work went on to its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_many_tasks_get_by_with_one_session() {
    let behind = Behind::pooler_of(1);
    let tenants = [behind.tenant("acme"), behind.tenant("globex")];
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let tenant = tenants[task % 2].clone();
            let slug = tenant.slug.clone();
            let db = behind.tenancy.db(tenant);
            tokio::spawn(async move { (slug, db.run(owners).await.unwrap()) })
        })
        .collect();
    for task in tasks {
        let (slug, owners) = task.await.unwrap();
        assert_eq!(owners, [slug.as_str()]);
    }
}
