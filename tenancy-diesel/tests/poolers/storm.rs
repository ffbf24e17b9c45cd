//! Everything at once, through a pooler.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tenancy_diesel::RunError;
use tenancy_diesel::core::tenant::ActiveTenant;

use crate::behind::{Behind, Work, notes, owners, write};
use crate::dice::Dice;
use crate::world::value;

const THREADS: usize = 8;
const TENANTS: usize = 20;
/// Fewer than the connections in front of them, so that they change hands all the time.
const SESSIONS: usize = 3;

/// Operations over all threads; more with `TENANCY_STORM_OPERATIONS`.
fn operations() -> usize {
    std::env::var("TENANCY_STORM_OPERATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(6_000)
}

struct Storm {
    behind: Behind,
    tenants: Vec<ActiveTenant>,
    reads: AtomicUsize,
    next: AtomicUsize,
    foreign: Mutex<Vec<String>>,
    /// What was done, and how often it was committed.
    done: Mutex<BTreeMap<&'static str, (usize, usize)>>,
    /// Of each tenant, what must be there at the end, and what may be: nobody knows whether it was committed.
    written: Mutex<BTreeMap<String, Written>>,
}

#[test]
fn not_one_foreign_row() {
    let seed = std::env::var("TENANCY_STORM_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1
    });
    eprintln!("storm: seed {seed}");
    // As a login that is nobody's tenant: what runs outside a transaction finds no tenant's table at all.
    let behind = Behind::as_service_login(SESSIONS);
    behind.world.sql(
        "CREATE TABLE public.notes (id serial PRIMARY KEY, owner text NOT NULL, body text NOT NULL);
         INSERT INTO public.notes (owner, body) VALUES ('PUBLIC', 'never');
         GRANT ALL ON public.notes, public.notes_id_seq TO PUBLIC",
    );
    let tenants = (0..TENANTS).map(|n| behind.tenant(&format!("t{n}"))).collect();
    let storm = Storm {
        behind,
        tenants,
        reads: AtomicUsize::new(0),
        next: AtomicUsize::new(0),
        foreign: Mutex::default(),
        done: Mutex::default(),
        written: Mutex::default(),
    };
    storm.rage(seed);
    storm.settle();
    let done = storm.done.lock().unwrap();
    eprintln!("storm: {} reads, done and committed: {done:?}", storm.reads.load(Ordering::Relaxed));
    assert_eq!(*storm.foreign.lock().unwrap(), Vec::<String>::new(), "seed {seed}");
    assert!(done.len() >= 20 && done.values().all(|(times, _)| *times > 5), "it stormed: {done:?}");
}

/// Bodies of notes: those that must be there, and those that may.
type Written = (Vec<String>, Vec<String>);

/// What the work came to, for its caller.
enum Outcome {
    Commit,
    Fail,
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
                        let _ = catch_unwind(AssertUnwindSafe(|| self.operate(tenant, dice.roll(60))));
                    }
                });
            }
        });
        std::panic::set_hook(hook);
    }

    /// One transaction: reads, writes a row that nobody else writes, and then the mischief.
    fn operate(&self, tenant: &ActiveTenant, kind: usize) {
        let slug = tenant.slug.as_str();
        let body = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        let mut what = "nothing yet";
        let result = self.behind.run(tenant, |conn| {
            self.read(conn, slug);
            write(conn, slug, &body)?;
            match self.mischief(conn, slug, kind, &mut what)? {
                Outcome::Commit => Ok(()),
                Outcome::Fail => Err(DieselError::RollbackTransaction),
            }
        });
        let mut done = self.done.lock().unwrap();
        let (times, committed) = done.entry(what).or_default();
        *times += 1;
        *committed += usize::from(result.is_ok());
        drop(done);
        let mut written = self.written.lock().unwrap();
        let (must, may) = written.entry(slug.to_owned()).or_default();
        match result {
            Ok(()) => must.push(body),
            // The work committed it itself.
            Err(_) if what.starts_with("raw") => may.push(body),
            Err(RunError::Tenancy(error)) if what == "nothing yet" => {
                self.foreign.lock().unwrap().push(format!("{slug}: cannot begin: {error}"));
            }
            Err(_) => {}
        }
    }

    fn mischief(
        &self,
        conn: &mut PgConnection,
        slug: &str,
        kind: usize,
        what: &mut &'static str,
    ) -> Work<Outcome> {
        let mut sql = |name, sql: &str| -> Work<Outcome> {
            *what = name;
            conn.batch_execute(sql)?;
            Ok(Outcome::Commit)
        };
        match kind {
            0 => sql("raw commit", "COMMIT"),
            1 => sql("raw rollback", "ROLLBACK"),
            2 => sql("raw commit and begin", "COMMIT; BEGIN"),
            3 => sql("raw commit and chain", "COMMIT AND CHAIN"),
            4 => {
                *what = "raw commit, then work";
                conn.batch_execute("COMMIT")?;
                // Nobody's row: in a tenant's table it would be found at the end.
                let _ = write(conn, "PUBLIC", "outside");
                let _ = owners(conn).map(|owners| self.check(slug, &owners, &["PUBLIC", "TEMP"]));
                Ok(Outcome::Commit)
            }
            5 => sql(
                "raw commit, then settings",
                "COMMIT; SET search_path TO tenant_t0; SET statement_timeout = '200ms'",
            ),
            6 => sql(
                "raw commit, then a temporary table",
                "COMMIT; CREATE TEMP TABLE IF NOT EXISTS notes AS SELECT 1 AS id, 'TEMP'::text AS owner, ''::text AS body",
            ),
            7 => sql(
                "raw commit, then a read-only session",
                "COMMIT; SET default_transaction_read_only = on; SET default_transaction_isolation = serializable",
            ),
            8 => sql("raw commit, then PREPARE and LISTEN", "COMMIT; LISTEN storm; PREPARE p AS SELECT 1"),
            9 => sql("raw commit, then a lock", "COMMIT; SELECT pg_advisory_lock_shared(7)"),
            10 => sql("search_path", "SET search_path TO tenant_t0, public"),
            11 => sql("search_path and back", "SET search_path TO public; RESET search_path"),
            12 => sql("role", "RESET ROLE"),
            13 => sql(
                "temporary table",
                "CREATE TEMP TABLE notes AS SELECT 1 AS id, 'TEMP'::text AS owner, ''::text AS body",
            ),
            14 => sql("listen", "LISTEN storm"),
            15 => sql("hidden listen", "SELECT 1; LISTEN storm; NOTIFY storm, 'x'"),
            16 => sql("prepare", "PREPARE p AS SELECT 1"),
            17 => sql("advisory lock", "SELECT pg_advisory_lock_shared(7)"),
            18 => sql("hidden advisory lock", "SELECT 1, pg_advisory_lock_shared(7)"),
            19 => sql("cursor", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM notes"),
            20 => sql(
                "settings",
                "SET statement_timeout = '200ms'; SET DateStyle = German; SET row_security = off",
            ),
            21 => sql("reset all", "RESET ALL"),
            22 => sql("deallocate", "DEALLOCATE ALL"),
            23 => {
                *what = "panic";
                panic!("in the transaction");
            }
            24 => {
                *what = "swallowed error";
                let _ = conn.batch_execute("SELECT 1/0");
                Ok(Outcome::Commit)
            }
            25 => sql("error", "SELECT 1/0"),
            26 => sql("killed", "RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())"),
            27 => {
                *what = "forgotten iterator";
                let rows = notes::table
                    .select(notes::owner)
                    .load_iter::<String, diesel::pg::PgRowByRowLoadingMode>(conn);
                std::mem::forget(rows);
                Ok(Outcome::Commit)
            }
            28 => {
                *what = "savepoints";
                let _: Work<()> = conn.transaction(|conn| {
                    write(conn, slug, "undone")?;
                    Err(DieselError::RollbackTransaction)
                });
                self.read(conn, slug);
                Ok(Outcome::Commit)
            }
            29 => {
                *what = "failed";
                Ok(Outcome::Fail)
            }
            _ => {
                *what = "write";
                self.read(conn, slug);
                Ok(Outcome::Commit)
            }
        }
    }

    fn read(&self, conn: &mut PgConnection, slug: &str) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        match owners(conn) {
            Ok(owners) if owners.is_empty() => self.complain(slug, "nothing"),
            Ok(owners) => self.check(slug, &owners, &[]),
            Err(error) => self.complain(slug, &format!("cannot read: {error}")),
        }
    }

    fn check(&self, slug: &str, owners: &[String], besides: &[&str]) {
        if owners.iter().any(|owner| owner != slug && !besides.contains(&owner.as_str())) {
            self.complain(slug, &format!("{owners:?}"));
        }
    }

    fn complain(&self, slug: &str, found: &str) {
        self.foreign.lock().unwrap().push(format!("{slug}: {found}"));
    }

    /// Every tenant has its own rows and nobody else's: all that were committed, and none that were not.
    fn settle(&self) {
        let mut bare = self.behind.world.bare();
        let written = self.written.lock().unwrap();
        for tenant in &self.tenants {
            let slug = tenant.slug.as_str();
            assert_eq!(self.behind.run(tenant, owners).unwrap(), [slug]);
            let (must, may) = &written[slug];
            let found = value(
                &mut bare,
                &format!(
                    "SELECT string_agg(owner || ' ' || body, ',') FROM tenant_{slug}.notes WHERE body <> 'first'"
                ),
            );
            let found: Vec<&str> = found.split(',').collect();
            let own = |body: &String| format!("{slug} {body}");
            for body in must {
                assert!(found.contains(&own(body).as_str()), "{slug}: {body} is lost");
            }
            let known: Vec<String> = must.iter().chain(may).map(own).collect();
            for row in found {
                assert!(known.iter().any(|known| known == row), "{slug}: `{row}` was not committed");
            }
        }
        let pinned = "SELECT count(*) FROM public.notes WHERE body NOT IN ('never', 'outside')";
        assert_eq!(value(&mut bare, pinned), "0", "nothing pinned was written to the shared schema");
    }
}
