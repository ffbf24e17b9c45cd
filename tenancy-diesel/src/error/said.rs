//! What PostgreSQL said, where that decides what is done next.

use diesel::result::Error as DieselError;

/// PostgreSQL's message for SQLSTATE 0A000 from `RevalidateCachedQuery` (plancache.c). Diesel passes on no
/// SQLSTATE; with another `lc_messages` it counts as an odd error, which also heals the connection.
pub(crate) const STALE_PLAN: &str = "cached plan must not change result type";

/// PostgreSQL's messages for SQLSTATE 55P03 (`lock_timeout`) and 40P01, from `ProcessInterrupts` (postgres.c) and
/// `DeadLockReport` (deadlock.c): somebody else was in the way. As [`STALE_PLAN`], in English only.
const IN_THE_WAY: [&str; 2] = ["canceling statement due to lock timeout", "deadlock detected"];

/// PostgreSQL's message for SQLSTATE 57014 after `statement_timeout`.
const TOOK_TOO_LONG: &str = "canceling statement due to statement timeout";

/// Whether a statement gave up because somebody else held what it needed: after `lock_timeout`, or in a deadlock.
///
/// Diesel passes on no SQLSTATE, so this goes by PostgreSQL's English message; `tenancy doctor` tells when the server
/// speaks another language.
pub fn is_lock_timeout(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if IN_THE_WAY.contains(&info.message()))
}

/// Whether PostgreSQL's lock table was full. Diesel passes on no SQLSTATE, and messages are translated; but the hint names
/// the setting in every language.
pub(crate) fn is_out_of_locks(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, said)
        if said.hint().is_some_and(|hint| hint.contains("max_locks_per_transaction")))
}

/// Whether PostgreSQL ended a statement after `statement_timeout`. By its English message, as [`is_lock_timeout`].
pub fn is_statement_timeout(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if info.message() == TOOK_TOO_LONG)
}

/// Whether PostgreSQL refused to run a cached plan because the table's columns changed their types under it.
///
/// The session that met it is cleaned before its next borrower, so the same statement succeeds when it is tried
/// again.
pub fn is_stale_plan(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if info.message() == STALE_PLAN)
}
