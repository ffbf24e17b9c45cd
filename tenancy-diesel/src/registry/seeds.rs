use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel::{PgConnection, QueryableByName, sql_query};
use serde::Serialize;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use crate::blueprint::CaptureError;
use crate::context::Context;
use crate::error::Error;
use crate::locks;
use crate::registry::schema::seeds;

/// Which tables of the template are seeds: every new tenant starts with the rows that stand in them at that moment.
/// Every method blocks for a round trip or two.
///
/// They are on record in the database, by name, for every process that creates tenants. The rows are copied inside the
/// server, before indexes, foreign keys and triggers are made; sequences that the tables own, or that their defaults use,
/// go on where the template's stand. Tenants that exist are left as they are.
///
/// ```no_run
/// # fn main() -> Result<(), tenancy_diesel::Error> {
/// # let tenancy = tenancy_diesel::Tenancy::builder().database_url("").build()?;
/// tenancy.seeds().add(&["plans", "countries"])?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Seeds<'a> {
    context: &'a Context,
}

/// A table whose rows every new tenant starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName)]
pub struct Seed {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub table: String,
    /// When it was put on record.
    #[diesel(sql_type = Timestamptz)]
    pub added_at: DateTime<Utc>,
    /// Whether the template has such a table. While it has not, nobody can sign up.
    #[diesel(sql_type = Bool)]
    pub exists: bool,
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    partition_of: Option<String>,
}

const LIST: &str = "SELECT s.table_name AS \"table\", s.added_at, EXISTS ( \
     SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = s.template::pg_catalog.name AND c.relname = s.table_name::pg_catalog.name \
     AND c.relkind IN ('r', 'p') AND NOT c.relispartition) AS exists \
     FROM tenancy.seeds s WHERE s.template = $1 ORDER BY s.table_name";

const CANDIDATE: &str = "SELECT c.relkind::pg_catalog.text AS kind, \
     CASE WHEN c.relispartition THEN (SELECT r.relname::pg_catalog.text FROM pg_catalog.pg_class r \
     WHERE r.oid = pg_catalog.pg_partition_root(c.oid)) END AS partition_of \
     FROM (SELECT) one LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace) \
     ON n.nspname = $1::pg_catalog.name AND c.relname = $2::pg_catalog.name";

impl<'a> Seeds<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// All of them, in alphabetical order.
    ///
    /// # Errors
    ///
    /// [`Error::Query`].
    pub fn list(&self) -> Result<Vec<Seed>, Error> {
        let mut conn = self.context.operation()?;
        sql_query(LIST)
            .bind::<Text, _>(self.context.naming.template().as_str())
            .load(&mut *conn)
            .map_err(Error::query("read which tables are seeds"))
    }

    /// Puts tables of the template on record, all or none; repeating it does no harm. Names are taken as PostgreSQL
    /// stores them: without quotes, and case matters.
    ///
    /// # Errors
    ///
    /// [`Error::NoSeed`] for what is no table of the template, and for a partition: its rows come with the table that it
    /// belongs to.
    pub fn add<S: AsRef<str>>(&self, tables: &[S]) -> Result<(), Error> {
        let template = self.context.naming.template();
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::template_shared(template));
            conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the template"))?;
            for table in tables {
                may_be_seed(conn, template, table.as_ref())?;
                diesel::insert_into(seeds::table)
                    .values((seeds::template.eq(template.as_str()), seeds::table_name.eq(table.as_ref())))
                    .on_conflict_do_nothing()
                    .execute(conn)
                    .map_err(Error::query("put the seed on record"))?;
            }
            Ok(())
        })
    }

    /// Takes tables off the record, all or none. The rows of tenants that exist stay.
    ///
    /// # Errors
    ///
    /// [`Error::NoSeed`] for what is not on record.
    pub fn remove<S: AsRef<str>>(&self, tables: &[S]) -> Result<(), Error> {
        let template = self.context.naming.template();
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            for table in tables {
                let gone = diesel::delete(seeds::table.find((template.as_str(), table.as_ref())))
                    .execute(conn)
                    .map_err(Error::query("take the seed off the record"))?;
                if gone == 0 {
                    let reason = "it is not on record: `tenancy seed` lists those that are".to_owned();
                    return Err(Error::NoSeed { table: table.as_ref().to_owned(), reason });
                }
            }
            Ok(())
        })
    }

    /// Whether the template has all of them.
    ///
    /// # Errors
    ///
    /// [`Error::Capture`] names those that it has not, as a sign-up would.
    pub fn check(&self) -> Result<(), Error> {
        let missing: Vec<String> =
            self.list()?.into_iter().filter(|seed| !seed.exists).map(|seed| seed.table).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let schema = self.context.naming.template().clone();
        Err(CaptureError::NoSuchTables { schema, tables: missing }.into())
    }
}

/// The names of the seeds of `template`, in a transaction of whoever may read the control plane, the owner role among
/// them.
pub(crate) fn names(conn: &mut PgConnection, template: &SchemaName) -> Result<Vec<String>, Error> {
    seeds::table
        .filter(seeds::template.eq(template.as_str()))
        .select(seeds::table_name)
        .order(seeds::table_name)
        .load(conn)
        .map_err(Error::query("read which tables are seeds"))
}

fn may_be_seed(conn: &mut PgConnection, template: &SchemaName, table: &str) -> Result<(), Error> {
    let candidate: Candidate = sql_query(CANDIDATE)
        .bind::<Text, _>(template.as_str())
        .bind::<Text, _>(table)
        .get_result(conn)
        .map_err(Error::query("look for the table"))?;
    let reason = match (candidate.kind.as_deref(), candidate.partition_of) {
        (Some("r" | "p"), None) => return Ok(()),
        (Some(_), Some(root)) => format!("it is a partition: its rows come with those of `{root}`"),
        (Some(_), None) => "it is no table".to_owned(),
        (None, _) => format!("`{template}` has no such table"),
    };
    Err(Error::NoSeed { table: table.to_owned(), reason })
}
