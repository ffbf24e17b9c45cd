//! The rules, one file per subject.

mod add_column;
mod alter_table;
mod constraints;
mod data;
mod enums;
mod indexes;
mod names;
mod session;
mod shared;
mod tables;
mod transaction;

use super::reading::Reading;
use crate::migration::Statements;

/// Applies all of them. What a `down.sql` takes away is not looked at: it undoes what `up.sql` gave.
pub(super) fn apply(reading: &mut Reading<'_>, statements: &Statements<'_>) {
    for statement in statements.iter() {
        transaction::look(reading, statement);
        session::look(reading, statement);
        names::look(reading, statement);
        shared::look(reading, statement);
        if reading.is_up() {
            indexes::look(reading, statement);
            data::look(reading, statement);
            tables::look(reading, statement);
            alter_table::look(reading, statement);
        }
    }
    if reading.is_up() {
        enums::look(reading, statements);
    }
}
