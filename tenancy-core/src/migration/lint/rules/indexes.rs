use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use crate::migration::Statement;

pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let mut cursor = Cursor::of(statement);
    if !(cursor.eat(&["CREATE", "INDEX"]) || cursor.eat(&["CREATE", "UNIQUE", "INDEX"])) {
        return;
    }
    let concurrently = cursor.eat(&["CONCURRENTLY"]);
    let if_not_exists = cursor.eat_if_exists();
    let Some(table) = cursor.find(&["ON"]).and_then(|at| {
        let mut cursor = cursor.from(at + 1);
        cursor.eat(&["ONLY"]);
        cursor.name()
    }) else {
        return;
    };
    let table = table.name;
    if concurrently && if_not_exists {
        reading.warn_of(
            statement,
            Rule::ConcurrentlyIfNotExists,
            "an invalid index of that name passes for one",
        );
    }
    if !concurrently && !reading.history.is_new(&table) {
        let what = format!("nobody can write to `{table}` while the index is built");
        reading.warn_of(statement, Rule::IndexLocksWrites, what);
    }
}
