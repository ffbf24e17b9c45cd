//! Indexes that PostgreSQL keeps up to date and never uses: what a failed `CREATE INDEX CONCURRENTLY` leaves behind.

use std::fmt;

use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::migration::mentions;
use tenancy_core::name::SchemaName;

use crate::error::Error;
use crate::migrations::{Action, Failure};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(super) struct InvalidIndex {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    /// The statement that takes it away, to be run outside of a transaction.
    #[diesel(sql_type = Text)]
    pub(super) remedy: String,
}

/// A partitioned index is made of those of its partitions, and cannot be dropped concurrently. One that another session
/// is about to build is not left behind.
const STATEMENT: &str = "\
    SELECT i.relname::pg_catalog.text AS name, t.relname::pg_catalog.text AS table_name, \
           pg_catalog.format(CASE i.relkind WHEN 'I' THEN 'DROP INDEX %I.%I' ELSE 'DROP INDEX CONCURRENTLY %I.%I' END, \
                             n.nspname, i.relname) AS remedy \
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
/// index that is invalid (`CREATE INDEX CONCURRENTLY IF NOT EXISTS` is content with it), and one that failed says what
/// it may have left behind.
pub(super) fn examined(
    conn: &mut PgConnection,
    schema: &SchemaName,
    action: &Action,
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
                Err(failure)
            } else {
                Err(Unfinished { told: told(&found), failure }.into())
            }
        }
    }
}

/// A failure that left something behind.
#[derive(Debug, thiserror::Error)]
#[error("{failure}; {told}")]
struct Unfinished {
    told: String,
    #[source]
    failure: Failure,
}

/// What an operator is told of them.
fn told(indexes: &[InvalidIndex]) -> String {
    let told: Vec<String> = indexes.iter().map(ToString::to_string).collect();
    format!("{}; run that, then migrate again", told.join("; "))
}

impl fmt::Display for InvalidIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, table_name, remedy } = self;
        write!(f, "index `{name}` of `{table_name}` is invalid, because its build did not end: `{remedy}`")
    }
}
