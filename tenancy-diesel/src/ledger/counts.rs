use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use serde::Serialize;

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
