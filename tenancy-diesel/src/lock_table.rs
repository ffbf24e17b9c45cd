//! How many locks PostgreSQL has room for.

use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::dismantle::LockBudget;

use crate::error::Error;

#[derive(QueryableByName)]
struct Settings {
    #[diesel(sql_type = BigInt)]
    per_transaction: i64,
    #[diesel(sql_type = BigInt)]
    transactions: i64,
}

/// The lock table is sized when the server starts (manual, "Lock Management").
const SETTINGS: &str = "\
    SELECT pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8 AS per_transaction, \
           pg_catalog.current_setting('max_connections')::pg_catalog.int8 \
           OPERATOR(pg_catalog.+) pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8 AS transactions";

/// What one transaction may take of the server's lock table.
pub(crate) fn budget(conn: &mut PgConnection) -> Result<LockBudget, Error> {
    let settings: Settings =
        sql_query(SETTINGS).get_result(conn).map_err(Error::query("read the size of the lock table"))?;
    let number = |number: i64| usize::try_from(number).unwrap_or(0);
    Ok(LockBudget::new(number(settings.per_transaction), number(settings.transactions)))
}
