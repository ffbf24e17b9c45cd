//! One migration in one schema.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::result::Error as DieselError;
use diesel::{Connection as _, PgConnection};
use tenancy_core::fleet::Direction;

use super::target::Target;
use crate::error::{Error, is_lock_timeout};
use crate::migrations::{Action, Loaded, MigrationContext, StatementFailed, run_sql};

/// Why a migration failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// It names the migration and the schema.
    pub(crate) error: Error,
    /// Whether somebody else held what it needed: it may be tried again.
    pub(super) in_the_way: bool,
}

/// What went wrong, before it is known where.
enum Reason {
    Sql(DieselError),
    Statement(StatementFailed),
    Function(Box<dyn std::error::Error + Send + Sync>),
    Panicked(String),
    Ended,
    Refused(Error),
}

impl From<DieselError> for Reason {
    fn from(error: DieselError) -> Self {
        Self::Sql(error)
    }
}

const ENDED: &str = "its SQL ended the transaction itself (COMMIT or ROLLBACK), so it is not recorded as done: leave \
                     that out, or set `run_in_transaction = false` in its metadata.toml";

impl Reason {
    fn told(self, target: Target<'_>, loaded: &Loaded) -> Failed {
        let in_the_way = match &self {
            Self::Sql(error) => is_lock_timeout(error),
            Self::Statement(failed) => is_lock_timeout(&failed.source),
            Self::Function(error) => error.downcast_ref::<DieselError>().is_some_and(is_lock_timeout),
            _ => false,
        };
        let reason = match self {
            Self::Refused(error) => return Failed { error, in_the_way },
            Self::Sql(error) => error.to_string(),
            Self::Statement(failed) => failed.to_string(),
            Self::Function(error) => error.to_string(),
            Self::Panicked(message) => format!("its function panicked: {message}"),
            Self::Ended => ENDED.to_owned(),
        };
        let error =
            Error::Migration { migration: loaded.name.clone(), schema: target.schema.clone(), reason };
        Failed { error, in_the_way }
    }
}

/// Runs `loaded` in `target` and writes it down in its bookkeeping. In a transaction of its own, or behind a savepoint of the
/// one that is open; a migration that has none only where none is open.
pub(crate) fn apply(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Failed> {
    if !loaded.transactional {
        outside(conn, target, loaded, direction)?;
        let sql = target.written_down(direction, &loaded.version);
        // One batch is one transaction.
        return conn.batch_execute(sql.as_str()).map_err(|error| Reason::Sql(error).told(target, loaded));
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
    let depth = depth(conn);
    conn.batch_execute(target.enter().as_str())?;
    perform(conn, target, loaded, direction)?;
    if self::depth(conn) != depth {
        return Err(Reason::Ended);
    }
    // What the migration put off to the commit must run while names still mean this schema's.
    conn.batch_execute(IMMEDIATE)?;
    Ok(conn.batch_execute(target.written_down(direction, &loaded.version).as_str())?)
}

/// Runs deferred constraints and triggers now.
pub(super) const IMMEDIATE: &str = "SET CONSTRAINTS ALL IMMEDIATE;\n";

/// Runs `loaded` where no transaction is open, and writes nothing down.
pub(super) fn outside(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Failed> {
    conn.batch_execute(target.enter_until_the_gate().as_str())
        .map_err(Reason::Sql)
        .and_then(|()| perform(conn, target, loaded, direction))
        .map_err(|reason| reason.told(target, loaded))
}

fn perform(
    conn: &mut PgConnection,
    target: Target<'_>,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Reason> {
    match loaded.action(direction).map_err(Reason::Refused)? {
        Action::Function(function) => {
            let mut context = MigrationContext::new(conn, target.schema, target.slug);
            // The transaction is rolled back, and the connection goes through the gate or is discarded.
            match catch_unwind(AssertUnwindSafe(|| function(&mut context))) {
                Ok(result) => result.map_err(Reason::Function),
                Err(panic) => Err(Reason::Panicked(message(&*panic))),
            }
        }
        Action::Sql(sql) => run_sql(conn, sql, loaded.transactional).map_err(Reason::Statement),
        Action::Elsewhere | Action::Refused(_) => Ok(()),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

/// How deep in transactions the connection is, by what the server says after each batch.
pub(super) fn depth(conn: &mut PgConnection) -> Option<u32> {
    AnsiTransactionManager::transaction_manager_status_mut(conn)
        .transaction_depth()
        .ok()
        .flatten()
        .map(std::num::NonZeroU32::get)
}
