use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use crate::migration::Statement;

/// Statements on rows.
pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let whole = Cursor::of(statement);
    let mut cursor = whole;
    // Behind WITH, the statement itself stands in no parentheses.
    if cursor.is("WITH") {
        let Some(at) = [&["UPDATE"][..], &["DELETE", "FROM"]].iter().find_map(|verb| whole.find(verb)) else {
            return;
        };
        cursor = whole.from(at);
    }
    let verb = if cursor.eat(&["UPDATE"]) {
        "UPDATE"
    } else if cursor.eat(&["DELETE", "FROM"]) {
        "DELETE"
    } else {
        return truncate(reading, statement);
    };
    cursor.eat(&["ONLY"]);
    let Some(table) = cursor.name().map(|table| table.name).filter(|table| !reading.history.is_new(table))
    else {
        return;
    };
    if !cursor.has(&["WHERE"]) {
        reading.warn_at(&cursor, Rule::WholeTable, format!("{verb} of every row of `{table}`"));
    }
}

fn truncate(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let mut cursor = Cursor::of(statement);
    if !cursor.eat(&["TRUNCATE"]) {
        return;
    }
    cursor.eat(&["TABLE"]);
    for mut part in cursor.parts() {
        part.eat(&["ONLY"]);
        if let Some(table) =
            part.name().map(|table| table.name).filter(|table| !reading.history.is_new(table))
        {
            reading.warn_at(&cursor, Rule::Truncate, format!("the rows of `{table}` are lost"));
        }
    }
}
