use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::dismantle::LockBudget;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use crate::blueprint::CaptureError;
use crate::error::{Error, is_out_of_locks};
use crate::provision::dismantle::TAKEN;

/// The locks that a clone of a template takes, and those that there are.
pub(in crate::provision) struct Room {
    /// About how many one clone takes.
    pub(in crate::provision) needed: usize,
    /// Of all sessions together.
    pub(in crate::provision) budget: LockBudget,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    objects: i64,
    #[diesel(sql_type = BigInt)]
    per_transaction: i64,
    #[diesel(sql_type = BigInt)]
    transactions: i64,
}

/// Locks that every clone takes: the schema, roles, catalogues, the registry.
const BESIDES: usize = 32;

impl Room {
    /// For clones of `template`.
    pub(in crate::provision) fn of(conn: &mut PgConnection, template: &SchemaName) -> Result<Self, Error> {
        let sql = Script::new(TAKEN).sql(include_str!("room.sql"));
        let row: Row = sql_query(sql.as_str())
            .bind::<Text, _>(template.as_str())
            .get_result(conn)
            .map_err(Error::query("count what the template holds"))?;
        let number = |number: i64| usize::try_from(number).unwrap_or(0);
        Ok(Self {
            needed: number(row.objects) + BESIDES,
            budget: LockBudget::new(number(row.per_transaction), number(row.transactions)),
        })
    }

    /// `error`, unless the clone failed because it found no room: then how much it takes. In no transaction.
    pub(in crate::provision) fn explain(
        conn: &mut PgConnection,
        template: &SchemaName,
        error: Error,
    ) -> Error {
        match &error {
            Error::Query { doing, source } | Error::Capture(CaptureError::Query { doing, source })
                if is_out_of_locks(source) =>
            {
                match Self::of(conn, template) {
                    Ok(room) => Error::OutOfLocks {
                        doing,
                        needed: room.needed,
                        slots: room.budget.slots(),
                        remedy: room.budget.remedy(room.needed),
                    },
                    Err(_) => error,
                }
            }
            _ => error,
        }
    }
}
