use tenancy_core::fleet::Direction;
use tenancy_core::migration::{Statement, Statements, controls_transaction};

use crate::migrations::Loaded;

/// The statement in a migration that ends the transaction it runs in. Savepoints do not.
pub(super) fn ending_of(loaded: &Loaded, direction: Direction) -> Option<&str> {
    let statements = Statements::split(loaded.sql(direction)?).ok()?;
    statements.iter().map(Statement::text).find(|statement| ends_transaction(statement))
}

fn ends_transaction(statement: &str) -> bool {
    let words: Vec<String> =
        statement.split_ascii_whitespace().take(3).map(str::to_ascii_uppercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ends_nothing = matches!(
        words.as_slice(),
        ["SAVEPOINT" | "RELEASE" | "BEGIN" | "START", ..]
            | ["ROLLBACK", "TO", ..]
            | ["ROLLBACK", "WORK" | "TRANSACTION", "TO"]
    );
    controls_transaction(statement).is_some() && !ends_nothing
}

#[cfg(test)]
mod tests {
    use super::ends_transaction;

    #[test]
    fn a_savepoint_ends_nothing() {
        for statement in
            ["COMMIT", "end", "Rollback", "ABORT work", "rollback and chain", "PREPARE TRANSACTION 'x'"]
        {
            assert!(ends_transaction(statement), "{statement}");
        }
        for statement in [
            "SAVEPOINT a",
            "RELEASE SAVEPOINT a",
            "rollback to a",
            "ROLLBACK WORK TO SAVEPOINT a",
            "BEGIN",
            "START TRANSACTION",
            "SELECT 'COMMIT'",
        ] {
            assert!(!ends_transaction(statement), "{statement}");
        }
    }
}
