//! A transaction that leaves nothing behind, whatever is run in it.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::{Connection as _, PgConnection};

use tenancy_core::script::Script;

use crate::error::Error;

/// Whatever follows the transaction, because a function in Rust ended it, cannot write. (But for large objects before
/// PostgreSQL 16. A function that begins another transaction, to write in it, is beyond help.)
const READ_ONLY: &str = "SET default_transaction_read_only TO on";

/// A COMMIT runs the query of a cursor that is to outlast it, and this one fails: the transaction is rolled back then. (Not
/// a deferred constraint: `SET CONSTRAINTS ALL IMMEDIATE` would check it.) `random()` keeps the planner from running it.
const NEVER_COMMITTED: &str = "DECLARE tenancy_trial_is_never_committed CURSOR WITH HOLD FOR \
    SELECT pg_catalog.concat('a trial is never committed', pg_catalog.left(pg_catalog.random()::pg_catalog.text, 0))::pg_catalog.int4";

/// What makes Diesel roll back.
struct RollBack;

impl From<diesel::result::Error> for RollBack {
    fn from(_: diesel::result::Error) -> Self {
        Self
    }
}

/// Does `work` in a transaction of its own, which is rolled back. The session can only read afterwards, until the gate.
pub(super) fn undone(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<(), Error>,
) -> Result<(), Error> {
    let begin = || Error::query("begin a transaction that is not committed");
    conn.batch_execute(READ_ONLY).map_err(begin())?;
    let mut outcome = None;
    // It never succeeds. Why it failed, if it failed, is the outcome of the work.
    let _: Result<(), RollBack> = conn.build_transaction().read_write().run(|conn| {
        outcome = Some(conn.batch_execute(NEVER_COMMITTED).map_err(begin()).and_then(|()| work(conn)));
        Err(RollBack)
    });
    outcome.unwrap_or_else(|| Err(begin()(diesel::result::Error::BrokenTransactionManager)))
}

/// Ends what a commit would have ended, or the session of another run: cursors and temporary tables. In the transaction of
/// [`undone`], which stays one that cannot be committed.
pub(super) fn forget(conn: &mut PgConnection) -> Result<(), Error> {
    let script = Script::new("CLOSE ALL;\nDISCARD TEMP;\n").sql(NEVER_COMMITTED);
    conn.batch_execute(script.as_str()).map_err(Error::query("forget what a migration left in the session"))
}

/// Does `work` behind a savepoint and goes back to it.
pub(super) fn undone_within<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut outcome = None;
    let _: Result<(), RollBack> = conn.transaction(|conn| {
        outcome = Some(work(conn));
        Err(RollBack)
    });
    outcome.unwrap_or_else(|| {
        Err(Error::query("set a savepoint")(diesel::result::Error::BrokenTransactionManager))
    })
}

/// Whether the transaction that [`undone`] began is the one that is open.
pub(super) fn is_open(conn: &mut PgConnection) -> bool {
    let status = AnsiTransactionManager::transaction_manager_status_mut(conn);
    matches!(status.transaction_depth(), Ok(Some(depth)) if depth.get() == 1)
}
