//! What is checked at a commit.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl as _, sql_query};
use tenancy_core::name::{Ident, SchemaName};
use tenancy_core::script::Script;

use crate::error::Error;

/// What is checked at the end of a transaction only, unless that is said otherwise.
const DEFERRED: &str = "SELECT DISTINCT c.conname::pg_catalog.text AS name FROM pg_catalog.pg_constraint AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.connamespace \
    WHERE c.condeferred AND n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name ORDER BY name";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Whoever applies a migration has all constraints checked in its end, as a commit would, and from then on at once. In the
/// next migration's own transaction they are deferred again.
pub(super) fn defer_again(conn: &mut PgConnection, schema: &SchemaName) -> Result<(), Error> {
    let deferring = || Error::query("defer the constraints of the scratch schema again");
    let deferred: Vec<Named> =
        sql_query(DEFERRED).bind::<Text, _>(schema.as_str()).load(conn).map_err(deferring())?;
    if deferred.is_empty() {
        return Ok(());
    }
    let mut script = Script::new("SET CONSTRAINTS ");
    for (place, Named { name }) in deferred.iter().enumerate() {
        script = script.sql(if place == 0 { "" } else { ", " });
        script = script.schema(schema).sql(".").ident(Ident::new(name));
    }
    conn.batch_execute(script.sql(" DEFERRED").as_str()).map_err(deferring())
}
