//! One migration in one schema.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::{Connection as _, PgConnection};
use tenancy_core::fleet::Direction;

use super::invalid_indexes;
use super::target::Target;
use crate::error::{Error, is_lock_timeout};
use crate::migrations::{Failure, Loaded, began_before, database_error};

/// Why a migration failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// It names the migration and the schema.
    pub(crate) error: Error,
    /// Whether somebody else held what it needed: it may be tried again.
    pub(super) in_the_way: bool,
}

/// What went wrong, before it is told of which migration.
enum Reason {
    /// It cannot be run here at all.
    Refused(Error),
    /// It ended its transaction.
    Ended,
    /// PostgreSQL or the function said so.
    Failure(Failure),
}

impl From<diesel::result::Error> for Reason {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failure(error.into())
    }
}

const ENDED: &str = "its SQL ended the transaction itself (COMMIT or ROLLBACK), so it is not recorded as done: leave \
                     that out, or set `run_in_transaction = false` in its metadata.toml";

impl Reason {
    fn told(self, target: Target<'_>, loaded: &Loaded) -> Failed {
        let (reason, in_the_way) = match self {
            Self::Refused(error) => return Failed { error, in_the_way: false },
            Self::Ended => (ENDED.to_owned(), false),
            Self::Failure(failure) => {
                // Outside of a transaction nothing is undone: what stays is in the way of another attempt.
                let again = !began_before(&failure) && !invalid_indexes::blocks_another_attempt(&failure);
                (failure.to_string(), again && database_error(&failure).is_some_and(is_lock_timeout))
            }
        };
        let error =
            Error::Migration { migration: loaded.name.clone(), schema: target.schema.clone(), reason };
        Failed { error, in_the_way }
    }
}

/// Runs `loaded` in `target` and writes it down in the schema's bookkeeping: in a transaction of its own, or behind a
/// savepoint of the one that is open. (A migration without a transaction: only where none is open.)
pub(crate) fn apply(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Failed> {
    if !loaded.transactional {
        outside(conn, target, loaded, direction)?;
        // One batch is one transaction.
        let sql = target.written_down(direction, &loaded.version);
        return conn.batch_execute(sql.as_str()).map_err(|error| Reason::from(error).told(target, loaded));
    }
    let mut ended = false;
    let result = conn.transaction(|conn| {
        let result = perform_within(conn, target, loaded, direction);
        ended = matches!(result, Err(Reason::Ended));
        result
    });
    // Diesel then has nothing to roll back, and says only that.
    let result = if ended { Err(Reason::Ended) } else { result };
    result.map_err(|reason| reason.told(target, loaded))
}

/// Runs `loaded` in the transaction that is open, which must be rolled back when this fails, and writes it down.
pub(super) fn within(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Failed> {
    perform_within(conn, target, loaded, direction).map_err(|reason| reason.told(target, loaded))
}

fn perform_within(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Reason> {
    let before = depth(conn);
    conn.batch_execute(target.enter().as_str())?;
    perform(conn, target, loaded, direction)?;
    if depth(conn) != before {
        return Err(Reason::Ended);
    }
    // What the migration put off to the commit must run while names still mean this schema's.
    // Whatever path and role it left.
    let end = target.enter().sql(IMMEDIATE).script(&target.written_down(direction, &loaded.version));
    Ok(conn.batch_execute(end.as_str())?)
}

/// Runs deferred constraints and triggers now.
pub(super) const IMMEDIATE: &str = "SET CONSTRAINTS ALL IMMEDIATE;\n";

/// Runs `loaded` where no transaction is open, and writes nothing down. Fails also when it leaves an index that is not built
/// to its end, or passes over one. What a failed build left is dropped.
pub(super) fn outside(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Failed> {
    let result =
        conn.batch_execute(target.enter_until_the_gate().as_str()).map_err(Reason::from).and_then(|()| {
            let action = loaded.action(direction).map_err(Reason::Refused)?;
            let before = invalid_indexes::indexes(conn, target.schema)?;
            let ran = match perform(conn, target, loaded, direction) {
                Ok(()) => Ok(()),
                Err(Reason::Failure(failure)) => Err(failure),
                Err(other) => return Err(other),
            };
            invalid_indexes::examined(conn, target.schema, action, &before, ran).map_err(Reason::Failure)
        });
    result.map_err(|reason| reason.told(target, loaded))
}

fn perform(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Reason> {
    let action = loaded.action(direction).map_err(Reason::Refused)?;
    // After a panic the transaction is rolled back, and the session goes through the gate or is discarded.
    let ran =
        catch_unwind(AssertUnwindSafe(|| action.run(conn, target.schema, target.slug, loaded.transactional)));
    match ran {
        Ok(result) => result.map_err(Reason::Failure),
        Err(panic) => Err(Reason::Failure(format!("its function panicked: {}", message(&*panic)).into())),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// How deep in transactions the connection is, by what the server said after the last batch.
pub(super) fn depth(conn: &mut PgConnection) -> Option<u32> {
    let depth = AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth();
    depth.ok().flatten().map(std::num::NonZeroU32::get)
}
