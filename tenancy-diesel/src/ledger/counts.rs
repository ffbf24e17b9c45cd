use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use serde::Serialize;
use tenancy_core::fleet::RunId;

use crate::error::Error;

/// How many tenants of a run stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, QueryableByName)]
pub struct RunCounts {
    /// Still to be done.
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    /// Where the run was to bring them.
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// They failed.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// They were dropped before their turn came.
    #[diesel(sql_type = BigInt)]
    pub gone: i64,
}

impl RunCounts {
    /// How many tenants the run is about.
    pub fn total(&self) -> i64 {
        self.pending + self.done + self.failed + self.gone
    }
}

const COUNTS: &str = "SELECT \
     pg_catalog.count(*) FILTER (WHERE r.state OPERATOR(pg_catalog.=) 'pending') AS pending, \
     pg_catalog.count(*) FILTER (WHERE r.state OPERATOR(pg_catalog.=) 'done') AS done, \
     pg_catalog.count(*) FILTER (WHERE r.state OPERATOR(pg_catalog.=) 'failed') AS failed, \
     pg_catalog.count(*) FILTER (WHERE r.state OPERATOR(pg_catalog.=) 'gone') AS gone \
     FROM tenancy.run_tenants r WHERE r.run_id OPERATOR(pg_catalog.=) $1";

/// How the tenants of a run stand.
pub(crate) fn counts(conn: &mut PgConnection, run: RunId) -> Result<RunCounts, Error> {
    sql_query(COUNTS)
        .bind::<BigInt, _>(run.0)
        .get_result(conn)
        .map_err(Error::query("count the run's tenants"))
}
