//! Prove the isolation of your own service: a kit for its tests.
//!
//! The library keeps tenants apart as far as connections go. A service can still mix them up: with a cache that
//! forgets to ask whose an answer is, with a connection of another pool, with a tenant kept in a static. This kit
//! runs the service's own handlers for several tenants at once while things go wrong, and searches everything
//! that comes out, and the database afterwards, for what belongs to somebody else.
//!
//! * [`Sentinels`]: two or more tenants, each with a *marker*, a text that occurs nowhere by chance. Your seed
//!   plants it in the tenant's rows.
//! * [`Interleaver`]: runs your actions, closures on threads or futures as tasks.
//! * [`Probe`]: what an action gets: the tenant, a text to write, fault points.
//! * [`Observed`]: what an action returns: everything that a client could see.
//! * [`FaultPlan`]: panics, dropped futures, ended statements, killed backends.
//! * [`IsolationReport`] and [`assert_isolated!`](crate::assert_isolated): what was found.
//!
//! ```no_run
//! use diesel::prelude::*;
//! use tenancy_diesel::testing::{Interleaver, Probe, Sentinels};
//! use tenancy_diesel::{Error, Tenancy, assert_isolated};
//!
//! diesel::table! { notes (id) { id -> Integer, body -> Text, } }
//!
//! # fn main() -> Result<(), Error> {
//! # let (tenancy, url) = (Tenancy::builder().build()?, "");
//! let sentinels = Sentinels::create(&tenancy, 2)?;
//! sentinels.plant(&tenancy, |conn, sentinel| {
//!     diesel::insert_into(notes::table).values(notes::body.eq(sentinel.marker())).execute(conn).map(drop)
//! })?;
//! let report = Interleaver::on_threads(&tenancy, &sentinels, url)
//!     .reads("list", |probe: &Probe| -> Result<Vec<String>, Error> {
//!         let mut conn = probe.tenancy().connect(probe.tenant())?;
//!         probe.fault_point();
//!         Ok(notes::table.select(notes::body).load(&mut *conn)?)
//!     })
//!     .writes("add", |probe: &Probe| -> Result<(), Error> {
//!         let mut conn = probe.tenancy().connect(probe.tenant())?;
//!         diesel::insert_into(notes::table).values(notes::body.eq(probe.text())).execute(&mut *conn)?;
//!         Ok(())
//!     })
//!     .run()?;
//! assert_isolated!(report);
//! # Ok(())
//! # }
//! ```
//!
//! # A run
//!
//! 1. Every action once for every sentinel, without faults. A failure is reported.
//! 2. The storm: random actions, tenants alternating, many at a time, with faults. An operation may fail here; what
//!    it returns is searched all the same, error or not.
//! 3. When the database is quiet again, every action once more for every sentinel: a service that does not
//!    recover is reported.
//! 4. Every table of the database is searched. A marker outside its owner's schema is a write that went astray; the
//!    report names table, column and the operation that wrote it. The text of a successful write that is *not* in
//!    its tenant's schema is reported as well.
//!
//! # What is reported
//!
//! Not totals, and not what a query for "my" rows returned: every marker that was seen, with whose it is and where
//! it was. A run that could not have failed is no success either: actions that never succeed, reads that show no
//! marker, tenants that never overlapped and faults that never occurred are reported as `unproved`.
//!
//! # What it cannot see
//!
//! What holds no marker: counts and sums, ids, timings. What is encoded (base64, compressed) unless the action
//! decodes it. What the service writes elsewhere: logs, files, queues; an action may read them and return them.
//! Tenants that share tables: their rows stand side by side on purpose, and are reported.
//!
//! # Again, and longer
//!
//! `TENANCY_TESTING_SEED` repeats the choices of a run: which action when, for whom, hit by what. It does not repeat
//! the machine's timing, so a leak that needs a coincidence may need several attempts.
//! `TENANCY_TESTING_OPERATIONS` sets how many operations a storm has.
//!
//! # The database
//!
//! Any will do that may be put through this: the sentinels' tables are locked for moments, and backends of *all*
//! services in this database are killed. Never one that somebody needs.

mod action;
mod assertion;
mod control;
mod course;
mod dice;
mod fault;
mod fault_plan;
mod findings;
mod injected;
mod inspection;
mod interleaver;
mod marker;
mod observed;
mod probe;
mod query_faults;
mod record;
mod report;
mod saboteur;
mod search;
mod sentinel;
mod sentinels;
mod step;
#[cfg(feature = "tokio")]
mod tasks;
mod threads;

pub use fault::Fault;
pub use fault_plan::FaultPlan;
pub use findings::{Foreign, Missing, Unserved};
pub use interleaver::Interleaver;
pub use observed::Observed;
pub use probe::Probe;
pub use report::IsolationReport;
pub use sentinel::Sentinel;
pub use sentinels::Sentinels;
#[cfg(feature = "tokio")]
pub use tasks::AsTasks;
pub use threads::OnThreads;
