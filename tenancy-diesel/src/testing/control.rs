use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::conninfo::Secrets;
use tenancy_core::name::Ident;
use tenancy_core::script::Script;

use super::query_faults::Gusts;
use crate::error::Error;

/// The kit's own connection to the database.
pub(super) struct Control(PgConnection);

/// A table of the database.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Table {
    #[diesel(sql_type = Text)]
    pub(super) schema: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
}

/// One value of a row.
#[derive(Debug, QueryableByName)]
pub(super) struct Value {
    #[diesel(sql_type = Text)]
    pub(super) column: String,
    #[diesel(sql_type = Text)]
    pub(super) content: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = Bool)]
    done: bool,
}

/// What happens to whoever waits for a frozen table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Blow {
    /// Its statement ends.
    Cancel,
    /// Its backend ends.
    Kill,
}

/// How long a frozen table is held, at most.
const FROZEN: Duration = Duration::from_millis(40);
/// How long a quiet database is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// The service's backends, as far as our login may touch them: all of this database, except those of checks.
const BACKENDS: &str = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
    AND backend_type = 'client backend' AND application_name <> 'tenancy testing' \
    AND pg_has_role(usesysid, 'USAGE')";

impl Control {
    /// Connects. Unqualified names are PostgreSQL's own, whatever the database has in `public`.
    pub(super) fn connect(url: &str) -> Result<Self, Error> {
        let connect = || {
            let mut conn = PgConnection::establish(url)
                .map_err(|error| Error::Unreachable(Secrets::of(url).hide(&error.to_string())))?;
            conn.batch_execute("SET search_path = pg_catalog; SET application_name = 'tenancy testing'")?;
            Ok(Self(conn))
        };
        Gusts::spare(connect)
    }

    /// Waits until no other check runs in this database: they would kill each other's backends.
    pub(super) fn wait_for_other_checks(&mut self) -> Result<(), Error> {
        // `tens` in ASCII, beside the library's own locks. It ends with the connection.
        Ok(self.0.batch_execute("SELECT pg_advisory_lock(1952804467)")?)
    }

    /// Every table that rows can stand in, except PostgreSQL's own.
    pub(super) fn tables(&mut self) -> Result<Vec<Table>, Error> {
        Ok(sql_query(
            "SELECT n.nspname::text AS schema, c.relname::text AS name \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' \
             AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
        )
        .load(&mut self.0)?)
    }

    /// The values of `table` that match `pattern`, whatever the columns' types.
    pub(super) fn matching(&mut self, table: &Table, pattern: &str) -> QueryResult<Vec<Value>> {
        // The alias is also a name: a column called like it would hide the row.
        let sql = Script::new("SELECT entry.key AS \"column\", entry.value AS content FROM ONLY ")
            .script(&name_of(table))
            .sql(
                " AS \"tenancy testing row\" CROSS JOIN LATERAL \
              jsonb_each_text(to_jsonb(\"tenancy testing row\")) AS entry WHERE entry.value ~* ",
            )
            .literal(pattern);
        sql_query(sql.as_str()).load(&mut self.0)
    }

    /// Locks `table` for a moment, and deals with whoever waits for it then. Returns how many were hit.
    pub(super) fn freeze(&mut self, table: &Table, blow: Blow) -> QueryResult<u64> {
        let lock = Script::new("BEGIN; SET LOCAL lock_timeout = '100ms'; LOCK TABLE ")
            .script(&name_of(table))
            .sql(" IN ACCESS EXCLUSIVE MODE");
        let hit = self.0.batch_execute(lock.as_str()).and_then(|()| self.strike_waiting(table, blow));
        // Also ends a transaction that failed.
        self.0.batch_execute("ROLLBACK")?;
        hit
    }

    fn strike_waiting(&mut self, table: &Table, blow: Blow) -> QueryResult<u64> {
        // Not pg_stat_activity, which a transaction reads once.
        let act = match blow {
            Blow::Cancel => Script::new("SELECT pg_cancel_backend(pid) AS done"),
            Blow::Kill => Script::new("SELECT pg_terminate_backend(pid) AS done"),
        };
        let sql = act
            .sql(" FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid() AND relation = ")
            .literal(name_of(table).as_str())
            .sql("::regclass LIMIT 1");
        let until = Instant::now() + FROZEN;
        while Instant::now() < until {
            let hit: Vec<Done> = sql_query(sql.as_str()).load(&mut self.0)?;
            if hit.iter().any(|hit| hit.done) {
                return Ok(1);
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(0)
    }

    /// Kills one backend of the service, whatever it does. Returns how many were hit.
    pub(super) fn kill_any(&mut self) -> QueryResult<u64> {
        let sql = Script::new("SELECT pg_terminate_backend(pid) AS done FROM (SELECT pid FROM ")
            .sql(BACKENDS)
            .sql(" ORDER BY random() LIMIT 1) AS victim");
        let hit: Vec<Done> = sql_query(sql.as_str()).load(&mut self.0)?;
        Ok(hit.iter().filter(|hit| hit.done).count() as u64)
    }

    /// Kills all of them: a pool's next connections are new ones.
    pub(super) fn kill_all(&mut self) -> Result<(), Error> {
        let sql = Script::new("SELECT pg_terminate_backend(pid) AS done FROM ").sql(BACKENDS);
        sql_query(sql.as_str()).load::<Done>(&mut self.0)?;
        Ok(())
    }

    /// Waits until nobody works: operations that were given up go on behind the scenes. Whether that came to pass.
    pub(super) fn wait_until_quiet(&mut self) -> Result<bool, Error> {
        let sql = Script::new("SELECT count(*) AS count FROM ").sql(BACKENDS).sql(" AND state <> 'idle'");
        let until = Instant::now() + PATIENCE;
        let mut quiet = 0;
        while quiet < 3 {
            let busy: Count = sql_query(sql.as_str()).get_result(&mut self.0)?;
            // More than once: between two statements of one handler its session is idle, too.
            quiet = if busy.count == 0 { quiet + 1 } else { 0 };
            if Instant::now() > until {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(true)
    }
}

fn name_of(table: &Table) -> Script {
    Script::default().ident(Ident::new(&table.schema)).sql(".").ident(Ident::new(&table.name))
}
