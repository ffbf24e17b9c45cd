use std::error::Error as StdError;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;
use tenancy_core::migration::Statements;

use super::Failure;

/// A statement of a migration that PostgreSQL refused.
#[derive(Debug, thiserror::Error)]
#[error("{source}{}", place.as_ref().map(ToString::to_string).unwrap_or_default())]
pub(crate) struct StatementFailed {
    /// Which it was, where statements run one by one.
    pub(crate) place: Option<Place>,
    /// What PostgreSQL said.
    pub(crate) source: DieselError,
}

/// Which of several statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) of: usize,
    /// The line of the text, from 1.
    pub(crate) line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, " (statement {} of {}, line {}", self.number, self.of, self.line)?;
        match self.number - 1 {
            0 => f.write_str(")"),
            1 => f.write_str("; the one before it stays done)"),
            done => write!(f, "; the {done} before it stay done)"),
        }
    }
}

/// Runs the text of a migration: within a transaction at once, otherwise statement by statement, because PostgreSQL
/// makes one transaction of several that it gets at once, and refuses to build an index concurrently there.
pub(crate) fn run_sql(
    conn: &mut PgConnection,
    sql: &str,
    transactional: bool,
) -> Result<(), StatementFailed> {
    // A text that cannot be split cannot be run: PostgreSQL says why.
    let statements = (!transactional).then(|| Statements::split(sql).ok()).flatten();
    match statements {
        Some(statements) if statements.len() > 1 => {
            for (at, statement) in statements.iter().enumerate() {
                let place = Place { number: at + 1, of: statements.len(), line: statement.line() };
                conn.batch_execute(statement.text())
                    .map_err(|source| StatementFailed { place: Some(place), source })?;
            }
            Ok(())
        }
        _ => conn.batch_execute(sql).map_err(|source| StatementFailed { place: None, source }),
    }
}

/// Whether statements before the one that failed stay done.
pub(crate) fn began_before(failure: &Failure) -> bool {
    let mut error: &(dyn StdError + 'static) = failure.as_ref();
    loop {
        if let Some(failed) = error.downcast_ref::<StatementFailed>() {
            return failed.place.is_some_and(|place| place.number > 1);
        }
        match error.source() {
            Some(source) => error = source,
            None => return false,
        }
    }
}

/// What PostgreSQL said, if `failure` is of a statement of the migration.
pub(crate) fn database_error(failure: &Failure) -> Option<&DieselError> {
    let mut error: &(dyn StdError + 'static) = failure.as_ref();
    loop {
        match error.downcast_ref() {
            Some(said) => return Some(said),
            None => error = error.source()?,
        }
    }
}
