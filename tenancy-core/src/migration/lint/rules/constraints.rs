use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;

/// Whether what follows ADD is a constraint, and no column.
pub(super) fn is_one(action: &Cursor<'_, '_>) -> bool {
    let mut exclude = *action;
    action.is_any(&["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN"])
        || (exclude.eat(&["EXCLUDE"]) && (exclude.is("USING") || exclude.mark() == "("))
}

/// `ADD [CONSTRAINT name] ..`
pub(super) fn add(reading: &mut Reading<'_>, mut action: Cursor<'_, '_>, table: &str) {
    let named = action.eat(&["CONSTRAINT"]).then(|| action.simple_name()).flatten();
    let checked = !action.has(&["NOT", "VALID"]);
    let mut kind = action;
    if kind.eat(&["CHECK"])
        && let (Some(name), Some(column)) = (named, kind.group().and_then(not_null))
    {
        reading.history.demand(table, &name, column, checked);
    }
    if reading.history.is_new(table) {
        return;
    }
    if action.is("FOREIGN") && checked {
        let what = format!(
            "a foreign key of `{table}` is checked at once: nobody can write to both tables meanwhile"
        );
        reading.warn_at(&action, Rule::ForeignKeyValidated, what);
    } else if action.is("CHECK") && checked {
        let what = format!("a check reads all of `{table}`, and nobody can meanwhile");
        reading.warn_at(&action, Rule::CheckValidated, what);
    } else if action.is_any(&["UNIQUE", "PRIMARY", "EXCLUDE"]) && !action.has(&["USING", "INDEX"]) {
        let what = format!("an index of `{table}` is built, and nobody can read it meanwhile");
        reading.warn_at(&action, Rule::UniqueWithoutIndex, what);
    }
}

/// Of `column IS NOT NULL`, the column.
fn not_null(mut condition: Cursor<'_, '_>) -> Option<String> {
    let column = condition.simple_name()?;
    (condition.eat(&["IS", "NOT", "NULL"]) && condition.is_done()).then_some(column)
}
