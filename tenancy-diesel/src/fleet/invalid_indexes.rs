//! Indexes that PostgreSQL keeps up to date and never uses: what a failed `CREATE INDEX CONCURRENTLY` leaves behind.

use std::collections::HashSet;
use std::fmt;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Oid, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::migration::mentions;
use tenancy_core::name::SchemaName;

use crate::error::Error;
use crate::migrations::{Action, Failure};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(super) struct InvalidIndex {
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    /// The statement that takes it away, to be run outside of a transaction.
    #[diesel(sql_type = Text)]
    pub(super) remedy: String,
    /// Whether that can be run while others work, and nobody else builds or drops an index of the table, or rebuilds one. (Of
    /// sessions of other roles `pg_stat_progress_create_index` tells nothing, but their locks are seen.)
    #[diesel(sql_type = Bool)]
    droppable: bool,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Oid)]
    oid: u32,
}

/// The indexes of `schema`, however they are. One query.
pub(super) fn indexes(conn: &mut PgConnection, schema: &SchemaName) -> QueryResult<HashSet<u32>> {
    let there: Vec<Index> = sql_query(
        "SELECT i.oid FROM pg_catalog.pg_namespace n \
           JOIN pg_catalog.pg_class i ON i.relnamespace OPERATOR(pg_catalog.=) n.oid \
          WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND i.relkind IN ('i', 'I')",
    )
    .bind::<Text, _>(schema.as_str())
    .load(conn)?;
    Ok(there.into_iter().map(|index| index.oid).collect())
}

/// A partitioned index is made of those of its partitions, and cannot be dropped concurrently. One that another session
/// is about to build is not left behind.
const STATEMENT: &str = "\
    SELECT i.oid, i.relname::pg_catalog.text AS name, t.relname::pg_catalog.text AS table_name, \
           pg_catalog.format(CASE i.relkind WHEN 'I' THEN 'DROP INDEX %I.%I' ELSE 'DROP INDEX CONCURRENTLY %I.%I' END, \
                             n.nspname, i.relname) AS remedy, \
           i.relkind OPERATOR(pg_catalog.=) 'i' AND NOT EXISTS ( \
               SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) l.database \
                WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() \
                  AND l.relation OPERATOR(pg_catalog.=) t.oid AND l.granted \
                  AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock' \
                  AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()) AS droppable \
      FROM pg_catalog.pg_namespace n \
      JOIN pg_catalog.pg_class i ON i.relnamespace OPERATOR(pg_catalog.=) n.oid \
      JOIN pg_catalog.pg_index x ON x.indexrelid OPERATOR(pg_catalog.=) i.oid \
      JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) x.indrelid \
     WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND NOT (x.indisvalid AND x.indisready) \
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p \
                        WHERE p.index_relid OPERATOR(pg_catalog.=) i.oid) \
     ORDER BY 1";

/// Those of `schema`, by name. One query.
pub(super) fn find(conn: &mut PgConnection, schema: &SchemaName) -> Result<Vec<InvalidIndex>, Error> {
    sql_query(STATEMENT)
        .bind::<Text, _>(schema.as_str())
        .load(conn)
        .map_err(Error::query("look for indexes that were not built to their end"))
}

/// What a migration outside of a transaction came to, in `ran`: one that succeeded failed nevertheless when it named an
/// index that is invalid (`CREATE INDEX CONCURRENTLY IF NOT EXISTS` is content with it). What one that failed left behind is
/// dropped, so that it can be tried again: what its text names, is invalid, and was not among the indexes `before` it. What
/// else may be its own is told.
pub(super) fn examined(
    conn: &mut PgConnection,
    schema: &SchemaName,
    action: &Action,
    before: &HashSet<u32>,
    ran: Result<(), Failure>,
) -> Result<(), Failure> {
    let named = |index: &InvalidIndex| match action {
        Action::Sql(sql) => mentions(sql, &index.name),
        Action::Function(_) => false,
    };
    let near = |index: &InvalidIndex| match action {
        // An index without a name gets one from its table.
        Action::Sql(sql) => mentions(sql, &index.name) || mentions(sql, &index.table_name),
        Action::Function(_) => true,
    };
    match ran {
        Ok(()) => {
            let found: Vec<_> = find(conn, schema)?.into_iter().filter(named).collect();
            if found.is_empty() { Ok(()) } else { Err(told(&found).into()) }
        }
        Err(failure) => {
            // It may have lost its connection, or left a transaction open: then nobody can be asked.
            let found: Vec<_> = find(conn, schema).unwrap_or_default().into_iter().filter(near).collect();
            if found.is_empty() {
                return Err(failure);
            }
            let (mut gone, mut left, mut blocked) = (Vec::new(), Vec::new(), false);
            for index in found {
                // Of what a function made nothing is known.
                let ours = matches!(action, Action::Sql(_)) && !before.contains(&index.oid);
                if ours && index.droppable && index.drop(conn) {
                    gone.push(index);
                } else {
                    blocked |= ours;
                    left.push(index);
                }
            }
            Err(Unfinished { told: told_of(&gone, &left), failure, blocked }.into())
        }
    }
}

impl InvalidIndex {
    /// Whether it is gone. Never waits for longer than a caller would.
    fn drop(&self, conn: &mut PgConnection) -> bool {
        let dropped =
            conn.batch_execute(DROP_PATIENCE).and_then(|()| conn.batch_execute(self.remedy.as_str()));
        dropped.inspect_err(|error| tracing::debug!(%error, index = %self.name, "it stays")).is_ok()
    }
}

/// As for those who have a caller waiting, where there is no transaction. It ends at the gate.
const DROP_PATIENCE: &str = "SET lock_timeout = '10s'";

/// Whether `failure` left something behind by which another attempt fails.
pub(super) fn blocks_another_attempt(failure: &Failure) -> bool {
    failure.downcast_ref::<Unfinished>().is_some_and(|unfinished| unfinished.blocked)
}

/// A failure that left something behind.
#[derive(Debug, thiserror::Error)]
#[error("{failure}; {told}")]
struct Unfinished {
    told: String,
    #[source]
    failure: Failure,
    /// Whether something stays that it made itself.
    blocked: bool,
}

fn told_of(gone: &[InvalidIndex], left: &[InvalidIndex]) -> String {
    let mut said = Vec::new();
    for InvalidIndex { name, table_name, .. } in gone {
        said.push(format!("index `{name}` of `{table_name}`, whose build did not end, was dropped again"));
    }
    if !left.is_empty() {
        said.push(told(left));
    }
    said.join("; ")
}

/// What an operator is told of them.
fn told(indexes: &[InvalidIndex]) -> String {
    let told: Vec<String> = indexes.iter().map(ToString::to_string).collect();
    format!("{}; run that, then migrate again", told.join("; "))
}

impl fmt::Display for InvalidIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, table_name, remedy, .. } = self;
        write!(f, "index `{name}` of `{table_name}` is invalid, because its build did not end: `{remedy}`")
    }
}
