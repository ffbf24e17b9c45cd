use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::dismantle::LockBudget;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::TAKEN;
use crate::error::Error;

/// What is to know before a schema is dropped.
pub(in crate::provision) struct Survey {
    /// How many objects `DROP SCHEMA .. CASCADE` drops, each of which it locks.
    pub(in crate::provision) objects: usize,
    /// How many locks there is room for.
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
    #[diesel(sql_type = Array<Text>)]
    needed: Vec<String>,
}

/// PostgreSQL guesses that common table expressions have few rows, and is right for a few tables only.
pub(super) const PLANNING: &str =
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off";

impl Survey {
    /// Looks at `schema`; a schema that is gone has no objects. In a transaction, which is planned by indexes from here on.
    ///
    /// # Errors
    ///
    /// [`Error::StillNeeded`] when CASCADE would take along what stands outside the schema: a column of another tenant
    /// whose type is this one's.
    pub(in crate::provision) fn of(conn: &mut PgConnection, schema: &SchemaName) -> Result<Self, Error> {
        let asked = || Error::query("look for what needs the schema");
        conn.batch_execute(PLANNING).map_err(asked())?;
        let sql = Script::new(TAKEN).sql(include_str!("survey.sql"));
        let row: Row =
            sql_query(sql.as_str()).bind::<Text, _>(schema.as_str()).get_result(conn).map_err(asked())?;
        if !row.needed.is_empty() {
            return Err(Error::StillNeeded { schema: schema.clone(), objects: row.needed });
        }
        let number = |number: i64| usize::try_from(number).unwrap_or(0);
        let budget = LockBudget::new(number(row.per_transaction), number(row.transactions));
        Ok(Self { objects: number(row.objects), budget })
    }

    /// Whether it can be dropped in one transaction and leave enough locks to others.
    pub(in crate::provision) fn fits(&self) -> bool {
        self.budget.fits(self.objects)
    }
}
