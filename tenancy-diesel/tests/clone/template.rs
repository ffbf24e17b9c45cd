//! Templates, and how a test clones them.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use tenancy_core::name::SchemaName;
use tenancy_diesel::blueprint::{CaptureError, capture};

pub(crate) const SUPPORT_DESK: &str = include_str!("templates/support_desk.sql");
pub(crate) const TORTURE: &str = include_str!("templates/torture.sql");

/// `sql` as this server understands it: `/*15+ ... */` is a comment before PostgreSQL 15, and no longer one since.
pub(crate) fn for_server(conn: &mut PgConnection, sql: &str) -> String {
    let version = value(conn, "current_setting('server_version_num')").unwrap();
    let version = version.parse::<u32>().unwrap() / 10_000;
    (14..=version).fold(sql.to_owned(), |sql, since| {
        let mark = format!("/*{since}+");
        let mut pieces = sql.split(&mark);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |sql, piece| sql + &piece.replacen("*/", "", 1))
    })
}

/// The template's name.
pub(crate) fn template() -> SchemaName {
    schema("base_template")
}

pub(crate) fn schema(name: &str) -> SchemaName {
    SchemaName::parse(name).unwrap()
}

/// Clones the template as provisioning does: in the caller's transaction.
pub(crate) fn clone(conn: &mut PgConnection, name: &str) -> Result<(), CaptureError> {
    conn.transaction(|conn| {
        let blueprint = capture(conn, &template())?;
        let script = blueprint.render(&schema(name));
        if let Err(error) = conn.batch_execute(script.as_str()) {
            panic!("{error}\n{script}");
        }
        Ok(())
    })
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    value: Option<String>,
}

/// The one value of a query, as text.
pub(crate) fn value(conn: &mut PgConnection, expression: &str) -> Option<String> {
    diesel::sql_query(format!("SELECT ({expression})::text AS value"))
        .get_result::<Value>(conn)
        .unwrap()
        .value
}

/// The column `value` of a query whose `$1` is a schema's name.
pub(crate) fn values(conn: &mut PgConnection, sql: &'static str, schema: &str) -> Vec<String> {
    diesel::sql_query(sql)
        .bind::<diesel::sql_types::Text, _>(schema)
        .load::<Value>(conn)
        .unwrap()
        .into_iter()
        .filter_map(|row| row.value)
        .collect()
}
