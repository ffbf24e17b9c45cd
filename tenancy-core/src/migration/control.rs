use super::{Statement, Statements};
use crate::lexer::Kind;

/// The first statement of `sql` that begins or ends a transaction or a savepoint. With it in, the transaction in
/// which the migration is recorded is not the one in which it runs.
///
/// Nothing for a text with a quote that has no end: PostgreSQL refuses to run any of it.
pub fn controls_transaction(sql: &str) -> Option<Statement<'_>> {
    let statements = Statements::split(sql).ok()?;
    statements.iter().find(|statement| is_control(statement)).cloned()
}

/// The first statement of `sql` that ends the transaction in which it runs, and with it what was set for that
/// transaction: where names without a schema are, and as whom it acts.
pub fn ends_transaction(sql: &str) -> Option<Statement<'_>> {
    let statements = Statements::split(sql).ok()?;
    statements.iter().find(|statement| is_end(statement)).cloned()
}

fn is_end(statement: &Statement<'_>) -> bool {
    let back_to_savepoint = statement.is(0, "ROLLBACK")
        && (statement.is(1, "TO")
            || ((statement.is(1, "WORK") || statement.is(1, "TRANSACTION")) && statement.is(2, "TO")));
    let starts = ["BEGIN", "START", "SAVEPOINT", "RELEASE"].iter().any(|word| statement.is(0, word));
    is_control(statement) && !starts && !back_to_savepoint
}

pub(super) fn is_control(statement: &Statement<'_>) -> bool {
    const FIRST: [&str; 7] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"];
    FIRST.iter().any(|word| statement.is(0, word))
        || statement.begins(&["START", "TRANSACTION"])
        // `PREPARE transaction AS ..` would be a statement of that name.
        || (statement.begins(&["PREPARE", "TRANSACTION"])
            && statement.tokens().get(2).is_some_and(|token| token.kind == Kind::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_begin_or_end_a_transaction_is_found() {
        for control in [
            "BEGIN",
            "begin work",
            "START TRANSACTION READ ONLY",
            "COMMIT",
            "commit and chain",
            "COMMIT PREPARED 'a'",
            "END",
            "end transaction",
            "ROLLBACK",
            "ROLLBACK TO SAVEPOINT a",
            "rollback prepared 'a'",
            "ABORT",
            "SAVEPOINT a",
            "RELEASE a",
            "PREPARE TRANSACTION 'a'",
        ] {
            let sql = format!("SELECT 1;\n/* now */ {control}; SELECT 2");
            let found = controls_transaction(&sql).unwrap();
            assert_eq!((found.text(), found.line()), (control, 2));
        }
    }

    #[test]
    fn what_ends_the_transaction_is_told_from_what_stays_in_it() {
        for end in [
            "COMMIT",
            "END WORK",
            "rollback",
            "ROLLBACK AND CHAIN",
            "ABORT",
            "PREPARE TRANSACTION 'a'",
            "COMMIT PREPARED 'a'",
        ] {
            assert_eq!(ends_transaction(&format!("SELECT 1;\n{end}; BEGIN")).unwrap().text(), end);
        }
        for inside in [
            "BEGIN",
            "START TRANSACTION",
            "SAVEPOINT a",
            "RELEASE a",
            "ROLLBACK TO a",
            "ROLLBACK WORK TO SAVEPOINT a",
        ] {
            assert_eq!(ends_transaction(inside), None, "{inside}");
        }
    }

    #[test]
    fn these_words_elsewhere_are_something_else() {
        for sql in [
            "SELECT 'a'; -- COMMIT;\nSELECT 'x; COMMIT; y'",
            "DO $$ BEGIN PERFORM 1; END; $$",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 1",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ROLLBACK; END $$",
            "PREPARE transaction AS SELECT 1",
            "CREATE TABLE t (a int) ON COMMIT DROP",
            "\"COMMIT\"",
            "SELECT 1 AS begin; TABLE savepoint",
        ] {
            assert_eq!(controls_transaction(sql), None, "{sql}");
        }
    }
}
