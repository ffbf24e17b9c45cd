//! Waiting for a migration without being in its way.

use std::thread;
use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Bool;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use crate::error::Error;
use crate::locks;

#[derive(QueryableByName)]
struct Had {
    #[diesel(sql_type = Bool)]
    had: bool,
}

/// Does `work`, which opens a transaction and takes the template lock in it by the script that it gets. Nobody migrates the
/// template as a rule, and then this costs no round trip. Otherwise `work` fails, and is done again when the template is
/// free; what waits until then has no snapshot.
pub(super) fn behind_template<T>(
    conn: &mut PgConnection,
    template: &SchemaName,
    mut work: impl FnMut(&mut PgConnection, &Script) -> Result<T, Error>,
) -> Result<T, Error> {
    let until = Instant::now() + locks::PATIENCE_OF_POLLS;
    let at_once = locks::template_shared_at_once(template);
    loop {
        match work(conn, &at_once) {
            Err(Error::Query { source, .. }) if locks::is_template_busy(&source) => {}
            done => return done,
        }
        if !poll(conn, &locks::try_template_shared(template), until)? {
            // PostgreSQL's own words for it.
            let last = Script::new(LAST).script(&locks::template_shared(template)).sql(locks::PATIENCE);
            return work(conn, &last);
        }
    }
}

/// Waits until nobody migrates a tenant, outside of any transaction: one that waits in a statement has a snapshot, for which
/// an index that is built concurrently in the tenant would wait in its turn. (So has one that sleeps between two statements:
/// of the last portal.)
pub(super) fn await_migration(conn: &mut PgConnection, attempt: &Script, lock: &Script) -> Result<(), Error> {
    if poll(conn, attempt, Instant::now() + locks::PATIENCE_OF_POLLS)? {
        return Ok(());
    }
    // PostgreSQL's own words for it. One batch is one transaction.
    let last = Script::new(LAST).script(lock);
    conn.batch_execute(last.as_str()).map_err(Error::query("wait until nobody migrates the tenant"))
}

/// After so many attempts.
const LAST: &str = "SET LOCAL lock_timeout = '1ms';\n";

/// Asks, each time in a transaction of its own, which gives the lock back at once, until it was had; `false` when that was too long.
fn poll(conn: &mut PgConnection, lock: &Script, until: Instant) -> Result<bool, Error> {
    let sql = Script::new("SELECT ").script(lock).sql(" AS had");
    loop {
        let had: Had = sql_query(sql.as_str()).get_result(conn).map_err(Error::query("try a lock"))?;
        if had.had || Instant::now() >= until {
            return Ok(had.had);
        }
        thread::sleep(locks::POLL);
    }
}
