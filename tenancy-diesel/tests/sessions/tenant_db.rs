//! The async side.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;
use tenancy_diesel::{Error, PoolSettings, RunError, TenantDb};

use crate::notes::{backend, owners, try_owners};
use crate::world::{World, value};

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn db(world: &World, slug: &str) -> TenantDb {
    world.tenancy.db(world.find(slug))
}

#[test]
fn work_runs_in_its_tenant() {
    let world = World::new(1);
    world.tenant("acme");
    world.tenant("globex");
    run(async {
        for slug in ["acme", "globex", "acme"] {
            assert_eq!(db(&world, slug).run(try_owners).await.unwrap(), [slug]);
        }
    });
}

#[test]
fn two_guards_in_one_handler_do_not_deadlock_a_pool_of_one() {
    let world = World::new(1);
    world.tenant("acme");
    world.tenant("globex");
    run(async {
        let (a, b) = (db(&world, "acme"), db(&world, "globex"));
        assert_eq!(a.run(try_owners).await.unwrap(), ["acme"]);
        assert_eq!(b.run(try_owners).await.unwrap(), ["globex"]);
        let (a, b) = tokio::join!(a.run(try_owners), b.run(try_owners));
        assert_eq!((a.unwrap(), b.unwrap()), (vec!["acme".to_owned()], vec!["globex".to_owned()]));
    });
}

#[test]
fn a_future_dropped_by_a_timeout_leaks_nothing() {
    let world = World::new(1);
    world.tenant("acme");
    world.tenant("globex");
    run(async {
        for _ in 0..5 {
            let slow = db(&world, "acme");
            let work = slow.run(|conn| {
                conn.batch_execute(
                    "SET statement_timeout = '1h'; CREATE TEMP TABLE notes (id int); SELECT pg_sleep(0.2)",
                )
            });
            assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err());
            let seen = db(&world, "globex")
                .run(|conn| {
                    Ok::<_, DieselError>((
                        try_owners(conn)?,
                        value(conn, "current_setting('statement_timeout')"),
                    ))
                })
                .await
                .unwrap();
            assert_eq!(seen, (vec!["globex".to_owned()], "0".to_owned()));
        }
    });
}

#[test]
fn a_panic_reaches_the_caller_and_the_next_tenant_is_clean() {
    let world = World::new(1);
    world.tenant("acme");
    world.tenant("globex");
    run(async {
        let db_a = db(&world, "acme");
        let handler = tokio::spawn(async move {
            db_a.run(|conn| {
                conn.batch_execute("SET statement_timeout = '1h'; BEGIN; DELETE FROM notes")?;
                if true {
                    panic!("in the handler");
                }
                Ok::<_, DieselError>(())
            })
            .await
        });
        assert!(handler.await.unwrap_err().is_panic());
        let seen = db(&world, "globex")
            .run(|conn| {
                Ok::<_, DieselError>((owners(conn), value(conn, "current_setting('statement_timeout')")))
            })
            .await
            .unwrap();
        assert_eq!(seen, (vec!["globex".to_owned()], "0".to_owned()));
        assert_eq!(
            db(&world, "acme").run(try_owners).await.unwrap(),
            ["acme"],
            "the deletion was rolled back"
        );
    });
}

#[test]
fn the_answer_comes_before_the_gate() {
    let world = World::new(1);
    world.tenant("acme");
    run(async {
        // Holding a lock that the gate would have to release proves nothing; a slow gate does: the borrower
        // leaves a temporary table per gate to drop, and the answer is there although the pool is not yet full.
        let (sender, receiver) = mpsc::channel();
        let tenancy = world.tenancy.clone();
        let answered = db(&world, "acme")
            .run(move |conn| {
                for table in 0..2000 {
                    conn.batch_execute(&format!("CREATE TEMP TABLE t{table} ()"))?;
                }
                sender.send(()).unwrap();
                Ok::<_, DieselError>(())
            })
            .await;
        answered.unwrap();
        receiver.recv().unwrap();
        assert_eq!(tenancy.pool_state().idle, 0, "the gate is still dropping the temporary tables");
    });
}

#[test]
fn a_transaction_commits_on_ok_and_rolls_back_on_err() {
    let world = World::new(1);
    world.tenant("acme");
    run(async {
        let db = db(&world, "acme");
        let failed = db
            .transaction(|conn| {
                conn.batch_execute("DELETE FROM notes")?;
                Err::<(), _>(DieselError::RollbackTransaction)
            })
            .await;
        assert!(matches!(failed, Err(RunError::Work(DieselError::RollbackTransaction))));
        assert_eq!(db.run(try_owners).await.unwrap(), ["acme"]);
        db.transaction(|conn| conn.batch_execute("DELETE FROM notes")).await.unwrap();
        assert!(db.run(try_owners).await.unwrap().is_empty());
    });
}

#[test]
fn a_read_cannot_write() {
    let world = World::new(1);
    world.tenant("acme");
    run(async {
        let db = db(&world, "acme");
        assert!(matches!(
            db.read(|conn| conn.batch_execute("DELETE FROM notes")).await,
            Err(RunError::Work(_))
        ));
        assert_eq!(db.read(try_owners).await.unwrap(), ["acme"]);
    });
}

#[test]
fn waiting_for_a_busy_pool_ends_with_an_error_that_says_so() {
    let world = World::with(1, |builder| {
        builder.pool(PoolSettings {
            max_size: 1,
            connection_timeout: Duration::from_millis(200),
            ..PoolSettings::default()
        })
    });
    world.tenant("acme");
    run(async {
        let (a, b) = (db(&world, "acme"), db(&world, "acme"));
        let busy =
            tokio::spawn(async move { a.run(|conn| conn.batch_execute("SELECT pg_sleep(0.8)")).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let error = b.run(|conn| Ok::<_, DieselError>(backend(conn))).await.unwrap_err();
        assert!(matches!(error, RunError::Tenancy(Error::PoolExhausted { .. })), "{error}");
        busy.await.unwrap().unwrap();
        assert!(b.run(try_owners).await.is_ok());
    });
}

#[test]
fn work_that_is_cancelled_or_panics_gives_its_place_back() {
    let world = World::new(3);
    world.tenant("acme");
    run(async {
        let storm: Vec<_> = (0..150_u64)
            .map(|n| {
                let db = db(&world, "acme");
                tokio::spawn(async move {
                    let work = db.run(move |conn| {
                        assert!(n % 7 != 0, "in the handler");
                        try_owners(conn)
                    });
                    tokio::time::timeout(Duration::from_millis(n % 17), work).await
                })
            })
            .collect();
        for work in storm {
            let _ = work.await;
        }
        // All three places at once.
        let together = Arc::new(AtomicUsize::new(0));
        let all: Vec<_> = (0..3)
            .map(|_| {
                let (db, together) = (db(&world, "acme"), Arc::clone(&together));
                tokio::spawn(async move {
                    db.run(move |conn| {
                        together.fetch_add(1, Ordering::SeqCst);
                        let until = Instant::now() + Duration::from_secs(5);
                        while together.load(Ordering::SeqCst) < 3 && Instant::now() < until {
                            std::thread::sleep(Duration::from_millis(5));
                        }
                        try_owners(conn).map(|owners| (owners, together.load(Ordering::SeqCst)))
                    })
                    .await
                })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap().unwrap(), (vec!["acme".to_owned()], 3));
        }
    });
}
