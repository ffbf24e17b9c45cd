use super::SessionDefaults;
use crate::script::Script;

/// The batch that stands between a used session and the pool.
///
/// First it proves that the session is still the one that was pinned: no transaction is left open, the pin and
/// the search path are unchanged (two guards whose connections were swapped differ in their pins, even for one
/// tenant), and no SQL-level prepared statement is left, which only `DEALLOCATE ALL` could remove. A failed
/// proof divides by zero, the batch stops, and the connection is discarded. Then it wipes everything that could
/// reach the next borrower.
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
        let wipe = Script::new(
            "CLOSE ALL;\n\
             SET SESSION AUTHORIZATION DEFAULT;\n\
             RESET ROLE;\n\
             RESET ALL;\n\
             UNLISTEN *;\n\
             SELECT pg_catalog.pg_advisory_unlock_all();\n\
             DISCARD TEMP;\n\
             DISCARD SEQUENCES;\n\
             SELECT pg_catalog.setseed(pg_catalog.date_part('microseconds', pg_catalog.clock_timestamp()) \
             OPERATOR(pg_catalog./) 60000000::pg_catalog.float8);\n",
        )
        .script(&defaults.script());
        let wipe_and_deallocate = wipe.clone().sql("DEALLOCATE ALL;\n");
        Self { wipe, wipe_and_deallocate }
    }

    /// The batch for a session pinned as `pin` with `search_path`. With `deallocate` it also drops every
    /// prepared statement; the driver must then forget them too.
    pub fn batch(&self, pin: &str, search_path: &str, deallocate: bool) -> Script {
        Script::new(
            "SELECT 1 OPERATOR(pg_catalog./) (\
             pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.=) pg_catalog.statement_timestamp() \
             AND pg_catalog.current_setting('tenancy.pin') OPERATOR(pg_catalog.=) ",
        )
        .literal(pin)
        .sql(" AND pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.=) ")
        .literal(search_path)
        .sql(
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE from_sql)\
             )::pg_catalog.int4;\n",
        )
        .script(if deallocate { &self.wipe_and_deallocate } else { &self.wipe })
    }
}
