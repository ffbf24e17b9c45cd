use diesel::connection::{
    AnsiTransactionManager, CacheSize, ConnectionSealed, DynInstrumentation, Instrumentation,
    SimpleConnection, TransactionManager,
};
use diesel::migration::{Migration, Result as MigrationResult};
use diesel::pg::Pg;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::{ConnectionError, ConnectionResult, QueryResult};
use diesel::{Connection, result::Error as DieselError};
use diesel_migrations::MigrationError;

use tenancy_core::fleet::Direction;

/// A connection to nothing, which writes down what it is told to run. Diesel keeps the text of its migrations to
/// itself and only runs them; run against this, they show it.
pub(super) struct Recorder {
    texts: Vec<String>,
    transactions: AnsiTransactionManager,
    instrumentation: DynInstrumentation,
}

/// What a migration shows.
pub(super) enum Shown {
    /// Its text.
    Sql(String),
    /// There is none: it has no way down.
    Nothing,
    /// Diesel does not run it, and says why: an empty file, one that cannot be read.
    Refused(String),
}

impl Recorder {
    /// What `migration` does.
    pub(super) fn read(migration: &dyn Migration<Pg>, direction: Direction) -> Shown {
        let mut recorder = Self {
            texts: Vec::new(),
            transactions: AnsiTransactionManager::default(),
            instrumentation: DynInstrumentation::none(),
        };
        let outcome: MigrationResult<()> = match direction {
            Direction::Up => migration.run(&mut recorder),
            Direction::Down => migration.revert(&mut recorder),
        };
        match outcome {
            // One call each, in both of Diesel's sources.
            Ok(()) => Shown::Sql(recorder.texts.join("\n;\n")),
            Err(error) if no_way_down(error.as_ref()) => Shown::Nothing,
            Err(error) => Shown::Refused(without_name(&error.to_string(), &migration.name().to_string())),
        }
    }

    fn refused() -> DieselError {
        DieselError::QueryBuilderError("a migration in SQL is one text, without parameters or results".into())
    }
}

fn no_way_down(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(MigrationError::NoMigrationRevertFile))
}

/// Diesel's type for this is private; its text begins with the name, which whoever shows it has already.
fn without_name(text: &str, name: &str) -> String {
    text.strip_prefix(&format!("Failed to run {name} with: ")).unwrap_or(text).to_owned()
}

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.texts.push(query.to_owned());
        Ok(())
    }
}

impl ConnectionSealed for Recorder {}

impl Connection for Recorder {
    type Backend = Pg;
    type TransactionManager = AnsiTransactionManager;

    fn establish(_: &str) -> ConnectionResult<Self> {
        Err(ConnectionError::BadConnection("it leads nowhere".to_owned()))
    }

    fn execute_returning_count<T>(&mut self, _: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Pg> + QueryId,
    {
        Err(Self::refused())
    }

    fn transaction_state(
        &mut self,
    ) -> &mut <AnsiTransactionManager as TransactionManager<Self>>::TransactionStateData {
        &mut self.transactions
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut *self.instrumentation
    }

    fn set_instrumentation(&mut self, _: impl Instrumentation) {}

    fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {}
}
