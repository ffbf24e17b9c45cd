use diesel::QueryResult;
use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::pg::Pg;
use tenancy_core::migration::{Statement, Statements, controls_transaction};

use crate::fleet::Direction;
use crate::migrations::Loaded;

/// Takes down what it is to run, and runs nothing.
#[derive(Default)]
struct Recorder(String);

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.push_str(query);
        self.0.push_str(";\n");
        Ok(())
    }
}

impl BoxableConnection<Pg> for Recorder {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }
}

/// The statement in a migration that ends the transaction it runs in. Savepoints do not.
pub(super) fn ending_of(loaded: &Loaded, direction: Direction) -> Option<String> {
    let sql = sql_of(loaded, direction);
    let statements = Statements::split(&sql).ok()?;
    statements.iter().map(Statement::text).find(|statement| ends_transaction(statement)).map(str::to_owned)
}

fn ends_transaction(statement: &str) -> bool {
    let mut words = statement.split_ascii_whitespace().map(str::to_ascii_uppercase);
    let (first, second, third) = (words.next(), words.next(), words.next());
    let word =
        |word: &Option<String>, among: &[&str]| word.as_deref().is_some_and(|word| among.contains(&word));
    let to_savepoint =
        word(&second, &["TO"]) || (word(&second, &["WORK", "TRANSACTION"]) && word(&third, &["TO"]));
    controls_transaction(statement).is_some()
        && !word(&first, &["SAVEPOINT", "RELEASE", "BEGIN", "START"])
        && !(word(&first, &["ROLLBACK"]) && to_savepoint)
}

/// The SQL of a migration that is SQL; nothing when it has none in that direction, which it says when it is run.
fn sql_of(loaded: &Loaded, direction: Direction) -> String {
    let mut recorder = Recorder::default();
    let recorded = match direction {
        Direction::Up => loaded.run(&mut recorder),
        Direction::Down => loaded.revert(&mut recorder),
    };
    recorded.map(|()| recorder.0).unwrap_or_default()
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
