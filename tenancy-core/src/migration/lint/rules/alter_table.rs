use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::types::ColumnType;
use super::{add_column, constraints};
use crate::migration::Statement;

/// `ALTER TABLE`, action by action. A table that this migration created is empty, and nobody waits for it.
pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let mut cursor = Cursor::of(statement);
    if !cursor.eat(&["ALTER", "TABLE"]) {
        return;
    }
    cursor.eat_if_exists();
    cursor.eat(&["ONLY"]);
    let Some(table) = cursor.name() else { return };
    if cursor.mark() == "*" {
        cursor.at += 1;
    }
    for action in cursor.parts() {
        alter(reading, action, &table.name);
    }
}

fn alter(reading: &mut Reading<'_>, mut action: Cursor<'_, '_>, table: &str) {
    let is_new = reading.history.is_new(table);
    if action.eat(&["ADD"]) {
        if constraints::is_one(&action) {
            constraints::add(reading, action, table);
        } else {
            add_column::look(reading, action, table);
        }
    } else if action.eat(&["VALIDATE", "CONSTRAINT"]) {
        if let Some(name) = action.simple_name() {
            reading.history.validate(table, &name);
        }
    } else if action.eat(&["DROP", "CONSTRAINT"]) {
        action.eat_if_exists();
        if let Some(name) = action.simple_name() {
            reading.history.drop_constraint(table, &name);
        }
    } else if action.eat(&["DROP"]) {
        action.eat(&["COLUMN"]);
        action.eat_if_exists();
        if let Some(column) = action.simple_name().filter(|_| !is_new) {
            let what = format!("column `{column}` of `{table}` and its values are lost");
            reading.warn_at(&action, Rule::DropColumn, what);
        }
    } else if action.eat(&["RENAME"]) {
        rename(reading, action, table);
    } else if action.eat(&["SET"]) {
        for words in [&["LOGGED"][..], &["UNLOGGED"], &["TABLESPACE"], &["ACCESS", "METHOD"]] {
            if action.clone().eat(words) && !is_new {
                let what = format!(
                    "SET {} writes `{table}` anew, and nobody can read it meanwhile",
                    words.join(" ")
                );
                reading.warn_at(&action, Rule::RewritesTable, what);
            }
        }
    } else if action.eat(&["ALTER"]) {
        action.eat(&["COLUMN"]);
        alter_column(reading, action, table, is_new);
    }
}

fn alter_column(reading: &mut Reading<'_>, mut action: Cursor<'_, '_>, table: &str, is_new: bool) {
    let Some(column) = action.simple_name() else { return };
    if action.eat(&["SET", "NOT", "NULL"]) {
        if !is_new && !reading.history.has_no_null(table, &column) {
            let what = format!("SET NOT NULL reads all of `{table}`, and nobody can meanwhile");
            reading.warn_at(&action, Rule::SetNotNull, what);
        }
    } else if action.eat(&["SET", "EXPRESSION"]) {
        if !is_new {
            let what = format!("another expression writes `{table}` anew, and nobody can read it meanwhile");
            reading.warn_at(&action, Rule::RewritesTable, what);
        }
    } else if action.eat(&["SET", "DATA", "TYPE"]) || action.eat(&["TYPE"]) {
        let kind = ColumnType::read(&mut action);
        let using = action.has(&["USING"]);
        let old = reading.history.set_type(table, &column, kind.clone());
        if is_new {
            return;
        }
        if using || !old.as_ref().is_some_and(|old| old.widens_to(&kind)) {
            let unknown = if old.is_none() { ", unless it only gets wider" } else { "" };
            let what = format!("another type of `{column}` writes `{table}` and its indexes anew{unknown}");
            reading.warn_at(&action, Rule::ColumnTypeRewrites, what);
        }
        let what = format!("prepared statements that read `{column}` of `{table}` fail once");
        reading.warn_at(&action, Rule::BreaksCachedPlans, what);
    }
}

/// `RENAME TO name`, `RENAME [COLUMN] a TO b`; the name of a constraint is nobody's business.
fn rename(reading: &mut Reading<'_>, mut action: Cursor<'_, '_>, table: &str) {
    let is_new = reading.history.is_new(table);
    if action.is("CONSTRAINT") {
        return;
    }
    if action.eat(&["TO"]) {
        let Some(new) = action.simple_name() else { return };
        if !is_new {
            reading.warn_at(&action, Rule::BreaksOldCode, format!("table `{table}` is renamed to `{new}`"));
        }
        reading.history.rename_table(table, &new);
        return;
    }
    action.eat(&["COLUMN"]);
    let Some(old) = action.simple_name() else { return };
    action.eat(&["TO"]);
    let Some(new) = action.simple_name() else { return };
    if !is_new {
        let what = format!("column `{old}` of `{table}` is renamed to `{new}`");
        reading.warn_at(&action, Rule::BreaksOldCode, what);
    }
    reading.history.rename_column(table, &old, &new);
}
