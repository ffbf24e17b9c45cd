use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::{Rule, Severity};
use crate::lexer::Kind;
use crate::migration::{Statement, Statements};

pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let line = statement.line();
    let mut cursor = Cursor::of(statement);
    if let Some((rule, what)) = set(&mut cursor.clone(), true) {
        reading.warn(line, rule, what);
    }
    by_function(reading, statement);
    if cursor.eat(&["DO"]) {
        in_block(reading, statement);
    }
    if statement.is(0, "ALTER") && Cursor::of(statement).has(&["OWNER", "TO"]) {
        reading.warn_as(Severity::Warning, line, Rule::SetsRole, "OWNER TO gives it to somebody else");
    }
}

/// What SET or RESET changes, if that comes next.
fn set(cursor: &mut Cursor<'_, '_>, all: bool) -> Option<(Rule, &'static str)> {
    if cursor.eat(&["SET"]) {
        let session = cursor.eat(&["SESSION"]);
        if session && cursor.is("AUTHORIZATION") {
            return Some((Rule::SetsRole, "SET SESSION AUTHORIZATION changes as whom the migration acts"));
        }
        if !session {
            cursor.eat(&["LOCAL"]);
            if cursor.eat(&["SESSION", "AUTHORIZATION"]) {
                return Some((
                    Rule::SetsRole,
                    "SET SESSION AUTHORIZATION changes as whom the migration acts",
                ));
            }
        }
        return match cursor.spelled(cursor.at)?.to_ascii_lowercase().as_str() {
            "search_path" => {
                Some((Rule::SetsSearchPath, "SET search_path changes where names without a schema are"))
            }
            // SET SCHEMA 'x' is a path, too.
            "schema" if all => {
                Some((Rule::SetsSearchPath, "SET SCHEMA changes where names without a schema are"))
            }
            "role" => Some((Rule::SetsRole, "SET ROLE changes as whom the migration acts")),
            _ => None,
        };
    }
    if cursor.eat(&["DISCARD", "ALL"]) {
        return Some((Rule::SetsSearchPath, "DISCARD ALL resets search_path and the role"));
    }
    if cursor.eat(&["RESET"]) {
        return match cursor.spelled(cursor.at)?.to_ascii_lowercase().as_str() {
            "search_path" => {
                Some((Rule::SetsSearchPath, "RESET search_path changes where names without a schema are"))
            }
            "all" if all => {
                Some((Rule::SetsSearchPath, "RESET ALL changes where names without a schema are"))
            }
            "role" | "session" => Some((Rule::SetsRole, "RESET changes as whom the migration acts")),
            _ => None,
        };
    }
    None
}

/// `set_config('search_path', ..)`
fn by_function(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    // A function's body runs later, and its own settings end with it.
    if statement.is(0, "CREATE") {
        return;
    }
    let cursor = Cursor::of(statement);
    for at in 0..statement.tokens().len() {
        let calls =
            cursor.spelled(at).is_some_and(|name| name == "set_config") && cursor.source(at + 1) == "(";
        if !calls || cursor.kind(at + 2) != Some(Kind::Text) {
            continue;
        }
        let line = statement.line_at(at);
        match cursor.source(at + 2).trim_matches('\'').to_ascii_lowercase().as_str() {
            "search_path" => {
                reading.warn(line, Rule::SetsSearchPath, "set_config('search_path') changes where names are")
            }
            "role" => {
                reading.warn(line, Rule::SetsRole, "set_config('role') changes as whom the migration acts")
            }
            _ => {}
        }
    }
}

/// A DO block runs at once. Its text is no SQL, but has its words.
fn in_block(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    for (at, token) in statement.tokens().iter().enumerate() {
        let body = statement.source(*token);
        let Some(inner) = unquoted(body).filter(|_| token.kind == Kind::Text) else { continue };
        let Ok(parts) = Statements::split(inner) else { continue };
        let first = statement.line_at(at);
        for part in parts.iter() {
            for place in 0..part.tokens().len() {
                // In `UPDATE .. SET role = ..` it is a column.
                if !begins_a_statement(part, place) {
                    continue;
                }
                if let Some((rule, what)) = set(&mut Cursor::of(part).from(place), false) {
                    reading.warn(first + part.line_at(place) - 1, rule, format!("{what}, in a DO block"));
                }
            }
        }
    }
}

/// Whether a statement of PL/pgSQL may begin at `place`.
fn begins_a_statement(part: &Statement<'_>, place: usize) -> bool {
    const BEFORE: [&str; 5] = ["BEGIN", "THEN", "ELSE", "LOOP", "DECLARE"];
    place.checked_sub(1).is_none_or(|before| BEFORE.iter().any(|word| part.is(before, word)))
}

/// What stands between dollar quotes.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let tag = &text[..=text.strip_prefix('$')?.find('$')? + 1];
    text.strip_prefix(tag)?.strip_suffix(tag)
}
