use super::SessionDefaults;
use crate::script::Script;

/// The batch that stands between a used session and the pool.
///
/// First it proves that the session is still the one that was pinned: no transaction is left open, the pin and
/// the search path are unchanged (two guards whose connections were swapped differ in their pins, even for one
/// tenant), and the server holds the prepared statements that the driver believes it holds, no fewer and none
/// that SQL's `PREPARE` made. A failed proof divides by zero, the batch stops, and the connection is discarded.
/// Then it wipes everything that could reach the next borrower.
///
/// Every function and operator is qualified: the batch runs under the borrower's search path, which may hold
/// functions of the same name.
#[derive(Debug, Clone)]
pub struct Gate {
    wipe: Script,
    wipe_and_deallocate: Script,
}

impl Gate {
    /// The gate for sessions that start with `defaults`.
    pub fn new(defaults: &SessionDefaults) -> Self {
        let wipe = wipe(defaults);
        let wipe_and_deallocate = wipe.clone().sql("DEALLOCATE ALL;\n");
        Self { wipe, wipe_and_deallocate }
    }

    /// The batch for a session pinned as `pin` with `search_path`.
    pub fn batch(&self, pin: &str, search_path: &str, statements: Statements) -> Script {
        let proof = Script::new(
            // A borrower's SET SESSION CHARACTERISTICS could make the batch wait for other transactions. It is
            // also the first proof: it fails inside a transaction that has run a statement.
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, NOT DEFERRABLE;\n\
             SELECT 1 OPERATOR(pg_catalog./) (\
             pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.=) pg_catalog.statement_timestamp() \
             AND pg_catalog.current_setting('tenancy.pin') OPERATOR(pg_catalog.=) ",
        )
        .literal(pin)
        .sql(" AND pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.=) ")
        .literal(search_path);
        let (proof, wipe) = match statements {
            Statements::Deallocate => {
                (proof.sql(")::pg_catalog.int4").sql(FUNCTIONS), &self.wipe_and_deallocate)
            }
            // One level, without a subquery and without the view: PostgreSQL parses and plans this for each gate.
            Statements::Keep { prepared } => (
                proof
                    .sql(" AND pg_catalog.count(*) OPERATOR(pg_catalog.=) ")
                    .number(i64::from(prepared))
                    .sql(" AND pg_catalog.count(*) FILTER (WHERE from_sql) OPERATOR(pg_catalog.=) 0)::pg_catalog.int4")
                    .sql(FUNCTIONS)
                    .sql(" FROM pg_catalog.pg_prepared_statement()"),
                &self.wipe,
            ),
        };
        proof.sql(";\n").script(wipe)
    }
}

/// Wipes what a borrower left in a session, prepared statements and advisory locks aside, so that it is as it began with
/// `defaults`; also inside a transaction.
pub fn wipe(defaults: &SessionDefaults) -> Script {
    Script::new(
        "CLOSE ALL;\n\
         SET SESSION AUTHORIZATION DEFAULT;\n\
         RESET ROLE;\n\
         RESET ALL;\n\
         UNLISTEN *;\n\
         DISCARD TEMP;\n\
         DISCARD SEQUENCES;\n",
    )
    .script(&defaults.script())
}

/// What only functions can wipe: advisory locks, and the seed of `random()`. In the select list of the proof,
/// because each statement more is parsed and planned; the list is evaluated from left to right, so not before the
/// proof.
pub(super) const FUNCTIONS: &str = ", pg_catalog.pg_advisory_unlock_all(), \
    pg_catalog.setseed(pg_catalog.date_part('microseconds', pg_catalog.clock_timestamp()) \
    OPERATOR(pg_catalog./) 60000000::pg_catalog.float8)";

/// What becomes of a session's prepared statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// They stay, if they are exactly those that the driver prepared.
    Keep {
        /// How many the driver prepared since the last `DEALLOCATE ALL`.
        prepared: u32,
    },
    /// All are dropped; the driver must then forget them too.
    Deallocate,
}
