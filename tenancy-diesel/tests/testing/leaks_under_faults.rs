//! A service that is right as long as nothing goes wrong.

use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::testing::{Fault, FaultPlan, Interleaver, OnThreads, Probe};

use crate::ground::{Ground, bodies, refused};

/// A pool whose guard gives the connection back whatever happens, as guards do.
#[derive(Clone)]
struct Pool {
    idle: Arc<Mutex<Vec<PgConnection>>>,
    url: String,
}

struct Loan<'a>(&'a Pool, Option<PgConnection>);

impl Pool {
    fn of(ground: &Ground) -> Self {
        Self { idle: Arc::default(), url: ground.url().to_owned() }
    }

    /// A connection that answers, as pools do with their ping.
    fn get(&self) -> Loan<'_> {
        loop {
            let idle = self.idle.lock().unwrap().pop();
            let mut conn = idle.unwrap_or_else(|| PgConnection::establish(&self.url).unwrap());
            if conn.batch_execute("SELECT 1").is_ok() {
                return Loan(self, Some(conn));
            }
        }
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.0.idle.lock().unwrap().push(self.1.take().unwrap());
    }
}

/// Sets the path, works, resets the path: unless something happens in between.
fn check(ground: &Ground, plan: FaultPlan) -> Interleaver<OnThreads> {
    let (pool, shared) = (Pool::of(ground), Pool::of(ground));
    let shared = Pool { idle: Arc::clone(&pool.idle), ..shared };
    Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .faults(plan)
        .operations(400)
        .reads("list", move |probe: &Probe| -> QueryResult<Vec<String>> {
            let schema = probe.tenant().placement.schema().unwrap().to_string();
            let mut loan = pool.get();
            let conn = loan.1.as_mut().unwrap();
            conn.batch_execute(&format!("SET search_path = {schema}"))?;
            probe.fault_point();
            let rows = bodies(conn)?;
            conn.batch_execute("RESET search_path")?;
            Ok(rows)
        })
        .calls("news for everybody", move |_: &Probe| bodies(shared.get().1.as_mut().unwrap()))
}

#[test]
fn nothing_shows_without_faults() {
    let ground = Ground::new();
    tenancy_diesel::assert_isolated!(check(&ground, FaultPlan::none()).run().unwrap());
}

#[test]
fn a_panic_between_set_and_reset_is_found() {
    let ground = Ground::new();
    let report = check(&ground, FaultPlan::none().panics(10)).run().unwrap();
    refused(&report);
    assert!(!report.foreign.is_empty() && report.faults[&Fault::Panic] > 0, "{report}");
}

#[test]
fn a_timeout_between_set_and_reset_is_found() {
    let ground = Ground::new();
    let report = check(&ground, FaultPlan::none().timeouts(10)).run().unwrap();
    refused(&report);
    assert!(!report.foreign.is_empty() && report.faults[&Fault::Timeout] > 0, "{report}");
}

/// Kills one pool's connections for good: it never makes new ones.
#[test]
fn a_service_that_does_not_recover_is_found() {
    let ground = Ground::new();
    let only = Arc::new(Mutex::new(ground.bare()));
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .faults(FaultPlan::none().kills(10))
        .operations(200)
        .reads("list", crate::ground::honest_list)
        .calls("count", move |_: &Probe| {
            let mut conn = only.lock().unwrap();
            conn.batch_execute("SELECT count(*) FROM public.notes")
        })
        .run()
        .unwrap();
    let text = refused(&report);
    assert!(text.contains("after the faults had ended: count"), "{text}");
    assert!(report.unserved.iter().all(|unserved| unserved.afterwards && unserved.action == "count"));
}
