use super::super::cursor::Cursor;
use super::super::reading::Reading;
use super::super::{Rule, Severity};
use crate::migration::Statement;
use crate::migration::control::is_control;

pub(super) fn look(reading: &mut Reading<'_>, statement: &Statement<'_>) {
    if is_control(statement) {
        let first = Cursor::of(statement).mark().to_ascii_uppercase();
        let (severity, what) = if reading.transactional {
            (Severity::Error, format!("{first} in a migration that runs in a transaction"))
        } else {
            (
                Severity::Hint,
                format!("{first}: a transaction of its own, which does not record the migration"),
            )
        };
        reading.warn_as(severity, statement.line(), Rule::TransactionControl, what);
    }
    if reading.transactional
        && let Some(what) = refused(statement)
    {
        reading.warn_of(
            statement,
            Rule::RefusedInTransaction,
            format!("{what} does not run in a transaction"),
        );
    }
}

fn refused(statement: &Statement<'_>) -> Option<&'static str> {
    let mut cursor = Cursor::of(statement);
    let concurrently = cursor.has(&["CONCURRENTLY"]);
    if cursor.eat(&["CREATE", "UNIQUE", "INDEX"]) || cursor.eat(&["CREATE", "INDEX"]) {
        return concurrently.then_some("CREATE INDEX CONCURRENTLY");
    }
    if cursor.eat(&["DROP", "INDEX"]) {
        return concurrently.then_some("DROP INDEX CONCURRENTLY");
    }
    if cursor.eat(&["REINDEX"]) {
        let option = cursor.group().is_some_and(|options| options.has(&["CONCURRENTLY"]));
        if cursor.is_any(&["DATABASE", "SYSTEM", "SCHEMA"]) {
            return Some("REINDEX of more than a table");
        }
        return (concurrently || option).then_some("REINDEX CONCURRENTLY");
    }
    if cursor.eat(&["ALTER", "TABLE"]) {
        return (concurrently && cursor.has(&["DETACH", "PARTITION"]))
            .then_some("DETACH PARTITION CONCURRENTLY");
    }
    if cursor.is("VACUUM") {
        return Some("VACUUM");
    }
    for (words, what) in [
        (["ALTER", "SYSTEM"], "ALTER SYSTEM"),
        (["CREATE", "DATABASE"], "CREATE DATABASE"),
        (["DROP", "DATABASE"], "DROP DATABASE"),
        (["CREATE", "TABLESPACE"], "CREATE TABLESPACE"),
        (["DROP", "TABLESPACE"], "DROP TABLESPACE"),
    ] {
        if statement.begins(&words) {
            return Some(what);
        }
    }
    None
}
