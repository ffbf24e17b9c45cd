use super::super::Rule;
use super::super::cursor::Cursor;
use super::super::reading::Reading;
use crate::lexer::Kind;
use crate::migration::{Statement, Statements};

/// Values that are added and used in one transaction.
pub(super) fn look(reading: &mut Reading<'_>, statements: &Statements<'_>) {
    let mut added: Vec<&str> = Vec::new();
    for statement in statements.iter() {
        match addition(statement) {
            // Also of a type that is new itself: PostgreSQL 14 to 16 make no difference.
            Some(value) if reading.transactional => added.push(value),
            Some(_) => {}
            None => used(reading, statement, &added),
        }
    }
}

/// `ALTER TYPE name ADD VALUE [IF NOT EXISTS] 'value'`
fn addition<'a>(statement: &Statement<'a>) -> Option<&'a str> {
    let mut cursor = Cursor::of(statement);
    if !cursor.eat(&["ALTER", "TYPE"]) {
        return None;
    }
    cursor.name()?;
    if !cursor.eat(&["ADD", "VALUE"]) {
        return None;
    }
    cursor.eat_if_exists();
    Some(cursor.mark())
}

fn used(reading: &mut Reading<'_>, statement: &Statement<'_>, added: &[&str]) {
    // Comments on things hold any text.
    if statement.is(0, "COMMENT") {
        return;
    }
    let block = statement.is(0, "DO");
    let cursor = Cursor::of(statement);
    for at in (0..statement.tokens().len()).filter(|&at| cursor.kind(at) == Some(Kind::Text)) {
        let text = cursor.source(at);
        if let Some(value) = added.iter().find(|value| text == **value || (block && text.contains(**value))) {
            let what = format!("{value} is used in the transaction that adds it");
            reading.warn(statement.line_at(at), Rule::EnumValueUsed, what);
        }
    }
}
