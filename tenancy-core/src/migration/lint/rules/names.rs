use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::{Rule, Severity};
use super::session::unquoted;
use crate::lexer::{self, Kind};
use crate::migration::Statement;
use crate::migration::mentions::spelled;

/// Behind these stands what is made or changed.
const CHANGED: [&str; 15] = [
    "TABLE",
    "INTO",
    "UPDATE",
    "VIEW",
    "SEQUENCE",
    "INDEX",
    "TYPE",
    "DOMAIN",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRUNCATE",
    "EXISTS",
    "CONCURRENTLY",
];
/// Behind these, what is read.
const READ: [&str; 3] = ["FROM", "JOIN", "REFERENCES"];
/// In the arguments of these, FROM is no clause.
const WITH_FROM: [&str; 5] = ["extract", "substring", "trim", "overlay", "position"];
/// What every schema may name.
const EVERYBODYS: [&str; 4] = ["pg_catalog", "information_schema", "pg_temp", "pg_toast"];

pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    let template = reading.naming.template().as_str().to_owned();
    let cursor = Cursor::of(statement);
    let mut calls = Vec::new();
    for at in 0..statement.tokens().len() {
        match cursor.source(at) {
            "(" => {
                calls.push(at.checked_sub(1).and_then(|before| cursor.spelled(before)).unwrap_or_default())
            }
            ")" => {
                calls.pop();
            }
            _ => {}
        }
        let line = statement.line_at(at);
        if cursor.kind(at) == Some(Kind::Text) {
            if let Some(offset) = in_text(cursor.source(at), &template) {
                let text = &cursor.source(at)[..offset];
                let line = line + text.matches('\n').count();
                reading.warn(
                    line,
                    Rule::NamesATenant,
                    format!("the template `{template}` is named in a text"),
                );
            }
            continue;
        }
        let Some(schema) =
            cursor.spelled(at).filter(|_| cursor.source(at + 1) == "." && !is_dot(&cursor, at))
        else {
            continue;
        };
        if schema == template {
            reading.warn(line, Rule::NamesATenant, format!("the template `{template}` is named"));
            continue;
        }
        let Some(place) = place(&cursor, at, &calls) else { continue };
        let Some(name) = cursor.spelled(at + 2) else { continue };
        if is_tenant(reading, &schema) {
            reading.warn(
                line,
                Rule::NamesATenant,
                format!("`{schema}.{name}` is in the schema of one tenant"),
            );
        } else if !EVERYBODYS.contains(&schema.as_str()) {
            let severity = if place == Place::Read { Severity::Hint } else { Severity::Warning };
            reading.warn_as(
                severity,
                line,
                Rule::SchemaQualified,
                format!("`{schema}.{name}` is named with its schema"),
            );
        }
    }
    moves(reading, statement);
}

fn is_dot(cursor: &Cursor<'_, '_>, at: usize) -> bool {
    at > 0 && cursor.source(at - 1) == "."
}

/// With no prefix, any name could be a tenant's.
fn is_tenant(reading: &Reading<'_>, schema: &str) -> bool {
    let prefix = reading.naming.prefix();
    !prefix.is_empty() && schema.len() > prefix.len() && schema.starts_with(prefix)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Changed,
    Read,
}

/// Whether a relation, type or function is named at `at`, and not a column of one.
fn place(cursor: &Cursor<'_, '_>, at: usize, calls: &[String]) -> Option<Place> {
    let before = at.checked_sub(1)?;
    let is = |at: usize, word: &str| cursor.statement.is(at, word);
    // `ONLY t` says no more than `t`.
    let before = if is(before, "ONLY") { before.checked_sub(1)? } else { before };
    if CHANGED.iter().any(|word| is(before, word)) {
        // `EXECUTE FUNCTION f()`, and `ALTER COLUMN c TYPE t`.
        let used = before > 1 && (is(before - 1, "EXECUTE") || (is(before, "TYPE") && !is(before - 1, "ON")));
        return Some(if used { Place::Read } else { Place::Changed });
    }
    if is(before, "ON") && (is(0, "CREATE") || is(0, "COMMENT") || is(0, "GRANT") || is(0, "REVOKE")) {
        let of_statement = calls.is_empty() && !cursor.has(&["AS"]);
        return of_statement.then_some(Place::Changed);
    }
    if READ.iter().any(|word| is(before, word)) {
        let distinct = before.checked_sub(1).is_some_and(|at| is(at, "DISTINCT"));
        let argument = calls.last().is_some_and(|call| WITH_FROM.contains(&call.as_str()));
        let deletes = before.checked_sub(1).is_some_and(|at| is(at, "DELETE"));
        return match (distinct || (is(before, "FROM") && argument), deletes) {
            (true, _) => None,
            (false, true) => Some(Place::Changed),
            (false, false) => Some(Place::Read),
        };
    }
    None
}

/// Where a text names something of `template`: the body of a function or block anywhere, other texts (`'x.t'::regclass`)
/// from their beginning.
fn in_text(source: &str, template: &str) -> Option<usize> {
    let Some(body) = unquoted(source) else {
        let text = source.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_matches('\'');
        let rest = text.trim_start_matches('"').strip_prefix(template)?;
        let rest = rest.trim_start_matches('"').strip_prefix('.')?;
        return rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"').then_some(0);
    };
    let offset = source.len().checked_sub(body.len())? / 2;
    let tokens = lexer::scan(body).ok()?;
    tokens.iter().zip(tokens.iter().skip(1)).find_map(|(name, dot)| {
        let Kind::Name { quoted } = name.kind else { return None };
        let spelled = spelled(&body[name.start..name.end], quoted);
        (dot.kind == Kind::Dot && spelled == template).then_some(offset + name.start)
    })
}

/// `ALTER .. SET SCHEMA`
fn moves(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    if statement.is(0, "ALTER")
        && !statement.is(1, "EXTENSION")
        && let Some(at) = Cursor::of(statement).find(&["SET", "SCHEMA"])
    {
        let line = statement.line_at(at);
        reading.warn_as(
            Severity::Error,
            line,
            Rule::SchemaQualified,
            "SET SCHEMA takes it out of the tenant's schema",
        );
    }
}
