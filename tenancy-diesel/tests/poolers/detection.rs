//! What stands in between is found out, also while others are busy, and never by waiting for ever.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::{Error, PoolSettings, Pooler, Tenancy};

use crate::pgbouncer::{Mode, PgBouncer};
use crate::world::World;

/// On a machine that is busy with other tests ten seconds may pass; what hangs does so every time.
fn found(url: &str) -> Result<Pooler, Error> {
    let mut looked = looked(url);
    for _ in 0..2 {
        if !matches!(looked, Err(Error::Unreachable(_))) {
            break;
        }
        looked = self::looked(url);
    }
    looked
}

fn looked(url: &str) -> Result<Pooler, Error> {
    // Its own connections would take sessions away from the pooler.
    let pool = PoolSettings { min_idle: Some(0), ..PoolSettings::default() };
    Tenancy::builder().database_url(url).pool(pool).build().unwrap().pooler()
}

#[test]
fn without_a_pooler_none_is_found() {
    let world = World::new(1);
    for _ in 0..3 {
        assert_eq!(found(world.url()).unwrap(), Pooler::None);
    }
}

#[test]
fn every_kind_is_found_whatever_the_number_of_its_sessions() {
    let world = World::new(1);
    for (mode, sizes, expected) in
        [(Mode::Transaction, [1, 2, 5], Pooler::Transaction), (Mode::Session, [2, 3, 5], Pooler::Session)]
    {
        for size in sizes {
            let bouncer = PgBouncer::start(world.url(), mode, size);
            for _ in 0..2 {
                assert_eq!(found(&bouncer.url(world.url())).unwrap(), expected, "{mode:?} of {size}");
            }
        }
    }
}

#[test]
fn a_pooler_whose_sessions_are_in_use_is_found() {
    let world = World::new(1);
    let bouncer = PgBouncer::start(world.url(), Mode::Transaction, 4);
    let (url, stop) = (bouncer.url(world.url()), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut conn = PgConnection::establish(&url).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    conn.batch_execute("BEGIN; SELECT pg_sleep(0.002); COMMIT").unwrap();
                }
            });
        }
        let looked: Vec<_> = (0..5).map(|_| found(&url)).collect();
        stop.store(true, Ordering::Relaxed);
        assert!(looked.iter().all(|found| matches!(found, Ok(Pooler::Transaction))), "{looked:?}");
    });
}

#[test]
fn nothing_waits_for_ever() {
    let world = World::new(1);
    let bouncer = PgBouncer::start(world.url(), Mode::Transaction, 1);
    let mut hog = PgConnection::establish(&bouncer.url(world.url())).unwrap();
    hog.batch_execute("BEGIN").unwrap();
    let began = Instant::now();
    let looked = looked(&bouncer.url(world.url()));
    assert!(matches!(looked, Err(Error::Unreachable(_))), "{looked:?}");
    assert!(began.elapsed() < Duration::from_secs(15));
}
