//! What a commit would check.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl as _, sql_query};
use tenancy_core::name::{Ident, SchemaName};
use tenancy_core::script::Script;

/// What is checked at the end of a transaction only, unless that is said otherwise.
const DEFERRED: &str = "SELECT DISTINCT c.conname::pg_catalog.text AS name FROM pg_catalog.pg_constraint AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.connamespace \
    WHERE c.condeferred AND n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name ORDER BY name";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Checks what is deferred, as the end of the migration's own transaction would, and defers it again. Without it, a next
/// migration would also meet "pending trigger events" that it will not meet.
pub(super) fn check(conn: &mut PgConnection, schema: &SchemaName) -> QueryResult<()> {
    let deferred: Vec<Named> = sql_query(DEFERRED).bind::<Text, _>(schema.as_str()).load(conn)?;
    let mut script = Script::new("SET CONSTRAINTS ALL IMMEDIATE");
    for (place, Named { name }) in deferred.iter().enumerate() {
        script = script.sql(if place == 0 { ";\nSET CONSTRAINTS " } else { ", " });
        script = script.schema(schema).sql(".").ident(Ident::new(name));
    }
    if !deferred.is_empty() {
        script = script.sql(" DEFERRED");
    }
    conn.batch_execute(script.as_str())
}
