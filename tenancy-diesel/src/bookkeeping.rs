//! Diesel's bookkeeping table, one per schema, always named with its schema: a migration may leave any
//! `search_path` behind.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::name::{Ident, SchemaName};
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

use crate::ownership;

/// The table's name, Diesel's.
pub(crate) const TABLE: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
    /// Whether the control plane knows of roles: it may not be there yet.
    #[diesel(sql_type = Bool)]
    roles: bool,
}

/// The table of one schema.
fn table(schema: &SchemaName) -> Script {
    Script::default().schema(schema).sql(".").sql(TABLE)
}

/// Makes the table as Diesel does.
pub(crate) fn create(schema: &SchemaName) -> Script {
    Script::new("CREATE TABLE IF NOT EXISTS ").script(&table(schema)).sql(
        " (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);\n",
    )
}

/// The versions applied to `schema`, oldest first; none when it has no such table. From here until the gate the session
/// acts as the schema's owner.
pub(crate) fn applied(conn: &mut PgConnection, schema: &SchemaName) -> QueryResult<Vec<String>> {
    let table = table(schema);
    // Not by to_regclass(), which is an error where the login may not use the schema.
    let sql = "SELECT count(*) FILTER (WHERE n.nspname = $1::name AND c.relname = $2::name) > 0 AS there, \
               count(*) FILTER (WHERE n.nspname = 'tenancy') > 0 AS roles \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE (n.nspname, c.relname) IN (($1::name, $2::name), ('tenancy', 'installation'))";
    let there: There =
        sql_query(sql).bind::<Text, _>(schema.as_str()).bind::<Text, _>(TABLE).get_result(conn)?;
    if there.roles {
        conn.batch_execute(ownership::of_until_the_gate(schema).as_str())?;
    }
    if !there.there {
        return Ok(Vec::new());
    }
    let sql = Script::new("SELECT version FROM ").script(&table).sql(" ORDER BY version::pg_catalog.text");
    // The text differs by schema: prepared statements would pile up in the session.
    let rows: Vec<Version> = sql_query(sql.as_str()).load(conn)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// Records that `version` was applied.
pub(crate) fn insert(schema: &SchemaName, version: &str) -> Script {
    create(schema)
        .sql("INSERT INTO ")
        .script(&table(schema))
        .sql(" (version) VALUES (")
        .literal(version)
        .sql(");\n")
        .script(&ownership::close_bookkeeping(schema))
}

/// The same where the table is there and nobody can have tampered with it: an error when the version is recorded already, or
/// there is no such schema.
pub(crate) fn insert_into_existing(schema: &SchemaName, version: &str) -> Script {
    Script::new("INSERT INTO ").script(&table(schema)).sql(" (version) VALUES (").literal(version).sql(");\n")
}

/// Records that `version` was reverted, and fails when it was not recorded.
pub(crate) fn delete_existing(schema: &SchemaName, version: &str) -> Script {
    Script::new("WITH deleted AS (DELETE FROM ")
        .script(&table(schema))
        .sql(" WHERE version::pg_catalog.text OPERATOR(pg_catalog.=) ")
        .literal(version)
        .sql(
            "::pg_catalog.text RETURNING 1) \
             SELECT 1 OPERATOR(pg_catalog./) pg_catalog.count(*)::pg_catalog.int4 FROM deleted;\n",
        )
}

/// Records that `version` was reverted.
pub(crate) fn delete(schema: &SchemaName, version: &str) -> Script {
    Script::new("DELETE FROM ")
        .script(&table(schema))
        .sql(" WHERE version::pg_catalog.text OPERATOR(pg_catalog.=) ")
        .literal(version)
        .sql("::pg_catalog.text;\n")
}

/// Fails when the table does not have exactly `versions`.
pub(crate) fn expect(schema: &SchemaName, versions: &[String]) -> Script {
    let mut sorted: Vec<&str> = versions.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    Script::new(
        "SELECT 1 OPERATOR(pg_catalog./) (coalesce(pg_catalog.string_agg(version::pg_catalog.text, ' ' \
         ORDER BY version::pg_catalog.text COLLATE pg_catalog.\"C\"), '') OPERATOR(pg_catalog.=) ",
    )
    .literal(&sorted.join(" "))
    .sql("::pg_catalog.text)::pg_catalog.int4 FROM ")
    .script(&table(schema))
    .sql(";\n")
}

/// The newest version in the table, which must exist: one row.
pub(crate) fn newest(schema: &SchemaName) -> Script {
    Script::new("SELECT pg_catalog.max(version::pg_catalog.text) AS version FROM ").script(&table(schema))
}

/// Takes the right to change what is recorded from `role`, which has no tenant yet; acting as the owner.
pub(crate) fn close_to(schema: &SchemaName, role: Ident<'_>) -> Script {
    Script::new("REVOKE INSERT, UPDATE, DELETE ON ")
        .script(&table(schema))
        .sql(" FROM ")
        .ident(role)
        .sql(";\n")
}

/// Copies what the schema has on record into the tenant's registry row. The table must exist, and the tenant must
/// live in `schema`: the statement fails otherwise.
pub(crate) fn record(schema: &SchemaName, tenant: TenantId) -> Script {
    Script::new(
        "WITH recorded AS (UPDATE tenancy.tenants SET (migrations, template_version) = \
         (SELECT coalesce(pg_catalog.array_agg(version::pg_catalog.text ORDER BY version::pg_catalog.text), '{}'), \
         pg_catalog.max(version::pg_catalog.text) FROM ",
    )
    .script(&table(schema))
    .sql(") WHERE id OPERATOR(pg_catalog.=) ")
    .literal(&tenant.to_string())
    .sql("::pg_catalog.uuid AND schema_name OPERATOR(pg_catalog.=) ")
    .literal(schema.as_str())
    .sql(
        "::pg_catalog.text RETURNING 1) \
         SELECT 1 OPERATOR(pg_catalog./) pg_catalog.count(*)::pg_catalog.int4 FROM recorded;\n",
    )
}
