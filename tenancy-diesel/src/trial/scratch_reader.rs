use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel::{RunQueryDsl as _, sql_query};
use tenancy_core::name::{Ident, RoleName};
use tenancy_core::script::Script;
use tenancy_core::structure::Structure;

use super::undone::undone_within;
use crate::bookkeeping;
use crate::error::Error;
use crate::ownership;
use crate::provision::Scratch;
use crate::structure::{Reader, Subject};

/// Reads a scratch schema without a trace: settings and the role are as before.
pub(super) struct ScratchReader<'a> {
    pub(super) scratch: &'a Scratch,
    pub(super) reader: Reader,
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Tables with rows of their own. (Those of a foreign table are elsewhere, and not copied.)
const TABLES: &str = "SELECT c.relname::pg_catalog.text AS name FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
    WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relkind OPERATOR(pg_catalog.=) 'r' \
    AND c.relname OPERATOR(pg_catalog.<>) $2::pg_catalog.name ORDER BY name";

impl ScratchReader<'_> {
    /// What stands in it.
    pub(super) fn structure(&mut self, conn: &mut PgConnection) -> Result<Structure, Error> {
        let Self { scratch, reader } = self;
        undone_within(conn, |conn| {
            let enter = ownership::of(&scratch.schema).script(&Reader::settings());
            conn.batch_execute(enter.as_str()).map_err(Error::query("enter the scratch schema"))?;
            let role = scratch.role.as_ref().map(RoleName::as_str);
            Ok(reader.structure(conn, Subject { schema: &scratch.schema, role })?)
        })
    }

    /// How many rows it has, the bookkeeping of migrations aside.
    pub(super) fn rows(&self, conn: &mut PgConnection) -> Result<u64, Error> {
        let counting = || Error::query("count the rows of the scratch schema");
        let schema = &self.scratch.schema;
        undone_within(conn, |conn| {
            conn.batch_execute(ownership::of(schema).as_str()).map_err(counting())?;
            let tables: Vec<Table> = sql_query(TABLES)
                .bind::<Text, _>(schema.as_str())
                .bind::<Text, _>(bookkeeping::TABLE)
                .load(conn)
                .map_err(counting())?;
            let mut script = Script::new(
                "SELECT coalesce(pg_catalog.sum(t.rows), 0)::pg_catalog.int8 AS rows FROM (VALUES (0::pg_catalog.int8)",
            );
            for table in &tables {
                script = script
                    .sql(", ((SELECT pg_catalog.count(*) FROM ONLY ")
                    .schema(schema)
                    .sql(".")
                    .ident(Ident::new(&table.name))
                    .sql("))");
            }
            let count: Count =
                sql_query(script.sql(") AS t (rows)").as_str()).get_result(conn).map_err(counting())?;
            Ok(u64::try_from(count.rows).unwrap_or(0))
        })
    }
}
