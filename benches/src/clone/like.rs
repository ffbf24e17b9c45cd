use anyhow::Result;
use diesel::PgConnection;
use diesel::prelude::*;
use tenancy_diesel::core::name::{Ident, SchemaName};

diesel::table! { pg_catalog.pg_tables (tablename) { schemaname -> Text, tablename -> Text, } }

/// What is written by hand where no library does it, in one transaction, for the schema `%schema%`.
pub(super) fn script(conn: &mut PgConnection, template: &SchemaName) -> Result<String> {
    let tables: Vec<String> = pg_tables::table
        .filter(pg_tables::schemaname.eq(template.as_str()))
        .select(pg_tables::tablename)
        .load(conn)?;
    let creates: String = tables
        .iter()
        .map(|table| {
            let table = Ident::new(table);
            format!("CREATE TABLE %schema%.{table} (LIKE {}.{table} INCLUDING ALL);\n", template.ident())
        })
        .collect();
    Ok(format!("BEGIN;\nCREATE SCHEMA %schema%;\n{creates}COMMIT"))
}
