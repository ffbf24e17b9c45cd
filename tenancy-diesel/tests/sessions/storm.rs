//! Everything at once.

use std::collections::BTreeMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::core::tenant::ActiveTenant;

use crate::dice::Dice;
use crate::notes::{notes, try_owners};
use crate::world::{World, value};

const THREADS: usize = 16;
const TENANTS: usize = 50;

/// Operations over all threads; more with `TENANCY_STORM_OPERATIONS`.
fn operations() -> usize {
    std::env::var("TENANCY_STORM_OPERATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(50_000)
}

struct Storm {
    world: World,
    tenants: Vec<ActiveTenant>,
    pool: u32,
    reads: AtomicUsize,
    rows: AtomicUsize,
    swapping: Mutex<()>,
    foreign: Mutex<Vec<String>>,
    mischief: Mutex<BTreeMap<&'static str, usize>>,
}

#[test]
fn not_one_foreign_row() {
    let seed = std::env::var("TENANCY_STORM_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1
    });
    eprintln!("storm: seed {seed}");
    let processors = thread::available_parallelism().map_or(2, usize::from);
    let pool = (2 * processors).max(4) as u32;
    // With the share for each tenant that a service has.
    let world = World::deployed(pool);
    world.sql("CREATE TABLE public.notes (id serial PRIMARY KEY, owner text NOT NULL DEFAULT 'PUBLIC', body text NOT NULL); INSERT INTO public.notes (body) VALUES ('never')");
    for n in 0..TENANTS {
        world.tenant(&format!("t{n}"));
    }
    let roles = world.tenancy.roles();
    roles.apply(&[], |slug, result| assert!(result.is_ok(), "{slug}: {result:?}")).unwrap();
    // What a path that lost its tenant would lead to.
    roles.share("public.notes", true).unwrap();
    let tenants: Vec<_> = (0..TENANTS).map(|n| world.find(&format!("t{n}"))).collect();
    let login = world.tenancy.connect(&tenants[0]).map(|mut conn| value(&mut conn, "session_user")).unwrap();
    world.sql(&format!("GRANT pg_monitor TO {login}"));
    let storm = Storm {
        world,
        tenants,
        pool,
        reads: AtomicUsize::new(0),
        rows: AtomicUsize::new(0),
        swapping: Mutex::default(),
        foreign: Mutex::default(),
        mischief: Mutex::default(),
    };
    storm.rage(seed);
    storm.settle();
    eprintln!(
        "storm: {} reads, {} rows, mischief {:?}",
        storm.reads.load(Ordering::Relaxed),
        storm.rows.load(Ordering::Relaxed),
        storm.mischief.lock().unwrap()
    );
    assert_eq!(*storm.foreign.lock().unwrap(), Vec::<String>::new(), "seed {seed}");
    let mischief = storm.mischief.lock().unwrap();
    assert!(mischief.len() >= 17 && mischief.values().all(|times| *times > 10), "it stormed: {mischief:?}");
}

impl Storm {
    fn rage(&self, seed: u64) {
        // Panics are part of it; their messages are not.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    let mut dice = Dice(
                        seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(thread as u64 + 1)) | 1,
                    );
                    for _ in 0..operations() / THREADS {
                        let tenant = &self.tenants[dice.roll(TENANTS)];
                        let _ = catch_unwind(AssertUnwindSafe(|| self.operate(tenant, &mut dice)));
                    }
                });
            }
        });
        std::panic::set_hook(hook);
    }

    /// Reads, does some mischief, reads again, and leaves whatever state results.
    fn operate(&self, tenant: &ActiveTenant, dice: &mut Dice) {
        let mut conn = self.world.tenancy.connect(tenant).expect("a connection");
        self.read(&mut conn, tenant);
        let kind = dice.roll(150);
        self.mischief(&mut conn, tenant, kind, dice);
    }

    fn mischief(&self, conn: &mut PgConnection, tenant: &ActiveTenant, kind: usize, dice: &mut Dice) {
        let note = |what| *self.mischief.lock().unwrap().entry(what).or_default() += 1;
        let other = &self.tenants[dice.roll(TENANTS)];
        let mut sql = |what, sql: &str| {
            note(what);
            let _ = conn.batch_execute(sql);
        };
        match kind {
            0 => sql("raw begin", "BEGIN; INSERT INTO notes (body) VALUES ('unfinished')"),
            1 => sql("aborted transaction", "BEGIN; SELECT 1/0"),
            2 => sql("search_path", "SET search_path TO tenant_t0, public"),
            3 => sql(
                "temporary table",
                "CREATE TEMP TABLE notes AS SELECT 1 AS id, 'TEMP'::text AS owner, ''::text AS body",
            ),
            4 => sql("advisory lock", "SELECT pg_advisory_lock_shared(7)"),
            5 => sql("settings", "SET statement_timeout = '1ms'; SET default_transaction_read_only = on"),
            6 => sql("role", "SET ROLE pg_monitor"),
            7 => sql("listen", "LISTEN storm; NOTIFY storm, 'x'"),
            8 => sql("cursor", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM notes"),
            9 => sql("prepare", "PREPARE p AS SELECT 1"),
            10 => sql("replication role", "SET session_replication_role = replica"),
            11 => sql("deallocate", "DEALLOCATE ALL"),
            12 => {
                note("panic");
                panic!("while the guard is held");
            }
            13 => {
                note("panic in transaction");
                let _ = conn.transaction::<(), diesel::result::Error, _>(|conn| {
                    conn.batch_execute("INSERT INTO notes (body) VALUES ('unfinished')")?;
                    panic!("in the transaction");
                });
            }
            14 => {
                note("killed");
                let _ = conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())");
            }
            15 => {
                note("forgotten iterator");
                let rows = notes::table
                    .select(notes::owner)
                    .load_iter::<String, diesel::pg::PgRowByRowLoadingMode>(conn);
                mem::forget(rows);
            }
            16 => {
                // One at a time: two that each hold one connection and want another would wait for each other.
                let _turn = self.swapping.lock().unwrap_or_else(PoisonError::into_inner);
                note("swap");
                let mut second = self.world.tenancy.connect(other).expect("a second connection");
                mem::swap(conn, &mut *second);
            }
            18 => sql("no role", "RESET ROLE"),
            19 => sql("another's role", &format!("SET ROLE {}", other.role.as_ref().unwrap())),
            20 => {
                note("a qualified name");
                let theirs = format!("SELECT owner FROM {}.notes", other.placement.schema().unwrap());
                if other.id != tenant.id && conn.batch_execute(&theirs).is_ok() {
                    self.foreign.lock().unwrap().push(format!("{} reads {theirs}", tenant.slug));
                }
            }
            17 => sql("search_path and back", "SET search_path TO public; RESET search_path"),
            _ => {
                note("write");
                let written = diesel::insert_into(notes::table)
                    .values((notes::owner.eq(tenant.slug.as_str()), notes::body.eq("x")))
                    .execute(conn);
                // A row here would be a write into another tenant; the final count tells.
                if written.is_ok() {
                    self.read(conn, tenant);
                }
            }
        }
    }

    fn read(&self, conn: &mut PgConnection, tenant: &ActiveTenant) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let rows = match try_owners(conn) {
            Ok(rows) => rows,
            Err(error) => {
                self.foreign.lock().unwrap().push(format!("{}: cannot read: {error}", tenant.slug));
                return;
            }
        };
        self.rows.fetch_add(rows.len(), Ordering::Relaxed);
        if rows.is_empty() || rows.iter().any(|owner| owner != tenant.slug.as_str()) {
            self.foreign.lock().unwrap().push(format!("{}: {rows:?}", tenant.slug));
        }
        if rows.len() > 30 {
            let _ = diesel::delete(notes::table.filter(notes::body.eq("x"))).execute(conn);
        }
    }

    /// Afterwards the pool is whole and every tenant's tables hold only its own rows.
    fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let state = self.world.tenancy.pool_state();
            if state.connections == self.pool
                && state.idle == self.pool
                && (state.lent, state.waiting) == (0, 0)
            {
                break;
            }
            assert!(Instant::now() < until, "the pool is not whole again: {state:?}");
            thread::sleep(Duration::from_millis(20));
        }
        for tenant in &self.tenants {
            let rows = try_owners(&mut self.world.conn(tenant)).unwrap();
            assert!(
                !rows.is_empty() && rows.iter().all(|owner| owner == tenant.slug.as_str()),
                "{}: {rows:?}",
                tenant.slug
            );
        }
        let public = value(&mut self.world.bare(), "SELECT count(*) FROM public.notes");
        assert_eq!(public, "1", "nothing was written to the shared schema");
    }
}
