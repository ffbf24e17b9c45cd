use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::types::ColumnType;
use crate::migration::Statement;

/// Behind these, a part of CREATE TABLE is no column.
const NO_COLUMN: [&str; 7] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "LIKE"];

/// Whole tables: made, dropped, locked, written anew.
pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let mut cursor = Cursor::of(statement);
    if cursor.eat(&["CREATE"]) {
        create(reading, cursor);
    } else if cursor.eat(&["DROP", "TABLE"]) {
        cursor.eat_if_exists();
        for mut part in cursor.parts() {
            if let Some(table) =
                part.name().map(|table| table.name).filter(|table| !reading.history.is_new(table))
            {
                reading.warn_of(statement, Rule::DropTable, format!("table `{table}` and its rows are lost"));
            }
        }
    } else if cursor.eat(&["LOCK"]) {
        reading.warn_of(statement, Rule::LockTable, "LOCK TABLE");
    } else if cursor.eat(&["CLUSTER"]) {
        reading.warn_of(
            statement,
            Rule::RewritesTable,
            "CLUSTER writes the table anew, and nobody can read it meanwhile",
        );
    } else if cursor.eat(&["VACUUM"]) {
        let option = cursor.group().is_some_and(|options| options.has(&["FULL"]));
        if option || cursor.is("FULL") {
            let what = "VACUUM FULL writes the table anew, and nobody can read it meanwhile";
            reading.warn_of(statement, Rule::RewritesTable, what);
        }
    } else if cursor.eat(&["REINDEX"]) {
        let option = cursor.group().is_some_and(|options| options.has(&["CONCURRENTLY"]));
        if !option && !cursor.has(&["CONCURRENTLY"]) {
            let what = "REINDEX without CONCURRENTLY: nobody can write, or use the index, meanwhile";
            reading.warn_of(statement, Rule::RewritesTable, what);
        }
    } else if cursor.eat(&["ALTER", "TYPE"]) || cursor.eat(&["ALTER", "VIEW"]) {
        rename(reading, statement, cursor);
    }
}

fn create(reading: &mut Reading<'_>, mut cursor: Cursor<'_, '_>) {
    cursor.eat(&["OR", "REPLACE"]);
    if cursor.eat(&["TYPE"]) || cursor.eat(&["DOMAIN"]) {
        if let Some(name) = cursor.name() {
            reading.history.create_type(&name.name);
        }
        return;
    }
    while cursor.eat_any(&["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "FOREIGN", "MATERIALIZED"]) {}
    if !cursor.eat_any(&["TABLE", "VIEW"]) {
        return;
    }
    cursor.eat_if_exists();
    let Some(table) = cursor.name() else { return };
    let table = table.name;
    reading.history.create(&table);
    for mut part in cursor.group().map(Cursor::parts).unwrap_or_default() {
        if part.is_any(&NO_COLUMN) {
            continue;
        }
        if let Some(column) = part.simple_name() {
            let kind = ColumnType::read(&mut part);
            reading.history.set_type(&table, &column, kind);
        }
    }
}

/// Of a type, one of its values, or a view.
fn rename(reading: &mut Reading<'_>, statement: &Statement<'_>, mut cursor: Cursor<'_, '_>) {
    cursor.eat_if_exists();
    let Some(name) = cursor.name() else { return };
    if cursor.eat(&["RENAME"])
        && !reading.history.is_new_type(&name.name)
        && !reading.history.is_new(&name.name)
    {
        let what = if cursor.is("VALUE") { "a value of " } else { "" };
        reading.warn_of(statement, Rule::BreaksOldCode, format!("{what}`{}` is renamed", name.name));
    }
}
