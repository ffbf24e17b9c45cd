//! Tenants share the pool in turns, and none takes all of it.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;
use tenancy_diesel::{Error, Limits, PoolSettings, RunError, TenantDb};

use crate::notes::{slug, try_owners};
use crate::world::World;

/// A pool of `size` with the library's own share for each tenant, that waits for `timeout`.
fn world(size: u32, timeout: Duration) -> World {
    let pool = PoolSettings { max_size: size, connection_timeout: timeout, ..PoolSettings::default() };
    let world = World::with(size, |builder| builder.pool(pool));
    for slug in ["noisy", "quiet", "third"] {
        world.tenant(slug);
    }
    world
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

impl World {
    fn cap(&self, tenant: &str, most: u32) {
        let limits = Limits { connections: NonZeroU32::new(most), ..Limits::default() };
        self.tenancy.registry().set_limits(&slug(tenant), &limits).unwrap();
    }

    fn wait_until(&self, what: impl Fn(u32, usize) -> bool) {
        let until = Instant::now() + LONG;
        loop {
            let state = self.tenancy.pool_state();
            if what(state.lent, state.waiting) {
                return;
            }
            assert!(Instant::now() < until, "{state:?}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The turnstile is back to zero, and every tenant can take its whole share.
    fn is_whole(&self) {
        self.wait_until(|lent, waiting| (lent, waiting) == (0, 0));
        let quiet = self.find("quiet");
        let share = (self.tenancy.pool_state().connections.max(1) * 3 / 4).max(1);
        let held: Vec<_> = (0..share).map(|_| self.conn(&quiet)).collect();
        assert_eq!(self.tenancy.pool_state().lent, share);
        drop(held);
        self.wait_until(|lent, _| lent == 0);
    }

    fn db(&self, slug: &str) -> TenantDb {
        self.tenancy.db(self.find(slug))
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(future)
}

#[test]
fn a_tenant_at_its_limit_waits_while_another_gets_a_connection_at_once() {
    let world = world(4, SHORT);
    world.cap("noisy", 2);
    let (noisy, quiet) = (world.find("noisy"), world.find("quiet"));
    let _held = [world.conn(&noisy), world.conn(&noisy)];
    thread::scope(|scope| {
        let third = scope.spawn(|| world.tenancy.connect(&noisy).map(drop).unwrap_err());
        world.wait_until(|_, waiting| waiting == 1);
        drop(world.conn(&quiet));
        let error = third.join().unwrap();
        assert!(
            matches!(&error, Error::TenantLimit { limit: 2, slug, .. } if slug.as_str() == "noisy"),
            "{error}"
        );
        assert!(error.to_string().contains("--connections"), "{error}");
    });
}

#[test]
fn unless_told_otherwise_a_tenant_gets_three_quarters_of_the_pool() {
    let world = world(4, SHORT);
    let noisy = world.find("noisy");
    let _held = [world.conn(&noisy), world.conn(&noisy), world.conn(&noisy)];
    let error = world.tenancy.connect(&noisy).map(drop).unwrap_err();
    assert!(matches!(error, Error::TenantLimit { limit: 3, .. }), "{error}");
    let _last = world.conn(&world.find("quiet"));
    let error = world.tenancy.connect(&world.find("third")).map(drop).unwrap_err();
    assert!(matches!(error, Error::PoolExhausted { size: 4, .. }), "{error}");
}

#[test]
fn a_limit_for_all_tenants_and_one_of_the_tenants_own() {
    let limits = Limits { connections: NonZeroU32::new(1), ..Limits::default() };
    let pool = PoolSettings { max_size: 4, connection_timeout: SHORT, ..PoolSettings::default() };
    let world = World::with(4, |builder| builder.limits(limits).pool(pool));
    let noisy = world.tenant("noisy");
    let held = world.conn(&noisy);
    assert!(matches!(world.tenancy.connect(&noisy).map(drop), Err(Error::TenantLimit { limit: 1, .. })));
    drop(held);
    // More than the pool has: then the pool is what runs dry.
    world.cap("noisy", 99);
    let noisy = world.find("noisy");
    let _held = [(); 4].map(|()| world.conn(&noisy));
    assert!(matches!(world.tenancy.connect(&noisy).map(drop), Err(Error::PoolExhausted { .. })));
}

#[test]
fn a_thread_that_waits_for_itself_gets_an_error_and_does_not_hang() {
    let world = world(4, SHORT);
    world.cap("noisy", 1);
    let noisy = world.find("noisy");
    let held = world.conn(&noisy);
    let began = Instant::now();
    let error = world.tenancy.connect(&noisy).map(drop).unwrap_err();
    assert!(matches!(error, Error::TenantLimit { limit: 1, .. }), "{error}");
    assert!(began.elapsed() >= SHORT);
    drop(held);
    drop(world.conn(&noisy));
    world.is_whole();
}

#[test]
fn two_pieces_of_work_of_one_handler_never_wait_for_each_other() {
    let world = world(2, LONG);
    world.cap("noisy", 1);
    run(async {
        let (a, b) = (world.db("noisy"), world.db("noisy"));
        let (x, y) = tokio::join!(a.run(try_owners), b.run(try_owners));
        assert_eq!((x.unwrap(), y.unwrap()), (vec!["noisy".to_owned()], vec!["noisy".to_owned()]));
    });
    world.is_whole();
}

/// The deterministic half of `neighbours`: 64 wait, and another that comes last is served second.
#[test]
fn who_waits_for_a_turn_lets_each_other_tenant_go_first_once_at_most() {
    for asynchronous in [false, true] {
        let world = world(1, LONG);
        let gate = world.conn(&world.find("third"));
        let (sender, order) = mpsc::channel();
        run(async {
            let mut crowd = Vec::new();
            for n in 0..64 {
                crowd.push(ask(&world, "noisy", &sender, asynchronous));
                world.wait_until(|_, waiting| waiting == n + 1);
            }
            for (n, slug) in ["quiet", "third", "quiet"].into_iter().enumerate() {
                crowd.push(ask(&world, slug, &sender, asynchronous));
                world.wait_until(|_, waiting| waiting == 65 + n);
            }
            tokio::task::block_in_place(|| drop(gate));
            for one in crowd {
                one.await.unwrap();
            }
        });
        drop(sender);
        let order: Vec<&str> = order.iter().take(7).collect();
        assert_eq!(order, ["noisy", "quiet", "third", "noisy", "quiet", "noisy", "noisy"]);
    }
}

/// Takes a connection and notes down whose turn it was.
fn ask(
    world: &World,
    slug: &'static str,
    order: &mpsc::Sender<&'static str>,
    asynchronous: bool,
) -> tokio::task::JoinHandle<()> {
    let (db, order) = (world.db(slug), order.clone());
    let tenancy = world.tenancy.clone();
    if asynchronous {
        tokio::spawn(async move {
            db.run(move |_| order.send(slug).map_err(|_| DieselError::NotFound)).await.unwrap();
        })
    } else {
        tokio::task::spawn_blocking(move || {
            let conn = tenancy.connect(db.tenant()).unwrap();
            order.send(slug).unwrap();
            drop(conn);
        })
    }
}

#[test]
fn async_work_beyond_the_limit_is_told_so() {
    let world = world(4, SHORT);
    world.cap("noisy", 1);
    run(async {
        let slow = world.db("noisy");
        let held =
            tokio::spawn(async move { slow.run(|conn| conn.batch_execute("SELECT pg_sleep(1)")).await });
        while world.tenancy.pool_state().lent == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let error = world.db("noisy").run(try_owners).await.unwrap_err();
        assert!(matches!(error, RunError::Tenancy(Error::TenantLimit { limit: 1, .. })), "{error}");
        assert_eq!(world.db("quiet").run(try_owners).await.unwrap(), ["quiet"]);
        held.await.unwrap().unwrap();
    });
    world.is_whole();
}

#[test]
fn a_database_that_is_away_is_not_blamed_on_the_tenant() {
    let world = world(2, LONG);
    let noisy = world.find("noisy");
    let pool = PoolSettings { max_size: 2, connection_timeout: SHORT, ..PoolSettings::default() };
    let away = tenancy_diesel::Tenancy::builder()
        .database_url("postgres://nobody@127.0.0.1:1/nowhere")
        .pool(pool)
        .build()
        .unwrap();
    thread::scope(|scope| {
        let all: Vec<_> =
            (0..6).map(|_| scope.spawn(|| away.connect(&noisy).map(drop).unwrap_err())).collect();
        for one in all {
            let error = one.join().unwrap();
            assert!(matches!(error, Error::Unreachable(_)), "{error}");
        }
    });
}

#[test]
fn no_error_of_a_pin_keeps_a_permit() {
    let world = world(2, SHORT);
    let (noisy, third) = (world.find("noisy"), world.find("third"));
    for _ in 0..5 {
        // Stale.
        world.tenancy.provisioner().suspend(&slug("noisy")).unwrap();
        assert!(matches!(world.tenancy.connect(&noisy).map(drop), Err(Error::NotActive(_))));
        world.tenancy.provisioner().activate(&slug("noisy")).unwrap();
    }
    // Busy.
    world.sql("SELECT 1");
    let mut bare = world.bare();
    let lock = format!("SELECT pg_advisory_lock(1952804465, hashtext('{}'))", noisy.id);
    bare.batch_execute(&lock).unwrap();
    assert!(matches!(world.tenancy.connect(&noisy).map(drop), Err(Error::TenantBusy(_))));
    drop(bare);
    // No schema.
    world.sql("ALTER SCHEMA tenant_third RENAME TO elsewhere");
    assert!(matches!(world.tenancy.connect(&third).map(drop), Err(Error::SchemaMissing { .. })));
    // A setting that PostgreSQL does not take.
    world.sql("UPDATE tenancy.tenants SET session_settings = ARRAY['work_mem', '1kB'] WHERE slug = 'noisy'");
    assert!(matches!(world.tenancy.connect(&noisy).map(drop), Err(Error::Query { .. })));
    world.is_whole();
}

#[test]
fn after_a_storm_of_panics_cancellations_and_killed_backends_every_permit_is_back() {
    let world = Arc::new(world(4, LONG));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let odd = Arc::new(Mutex::new(Vec::new()));
    run(async {
        let storm: Vec<_> = (0..400_u64)
            .map(|n| {
                let db = world.db(["noisy", "noisy", "quiet", "third"][(n % 4) as usize]);
                let odd = Arc::clone(&odd);
                tokio::spawn(async move {
                    let expected = db.tenant().slug.to_string();
                    let work = db.run(move |conn| {
                        assert!(n % 7 != 0, "in the handler");
                        if n % 11 == 0 {
                            let _ = conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())");
                        }
                        if n % 13 == 0 {
                            conn.batch_execute("BEGIN; SELECT 1/0")?;
                        }
                        try_owners(conn)
                    });
                    let limit = if n % 3 == 0 { Duration::from_millis(n % 23) } else { LONG };
                    if let Ok(Ok(owners)) = tokio::time::timeout(limit, work).await
                        && owners != [expected]
                    {
                        odd.lock().unwrap().push(owners);
                    }
                })
            })
            .collect();
        for one in storm {
            let _ = one.await;
        }
    });
    std::panic::set_hook(hook);
    assert!(odd.lock().unwrap().is_empty());
    world.is_whole();
}
