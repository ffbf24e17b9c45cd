//! One migration in one schema.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::{Connection as _, PgConnection};
use tenancy_core::fleet::Migration;
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

use crate::bookkeeping;
use crate::error::Error;
use crate::migrations::Loaded;
use crate::ownership;

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// Where a migration runs: a schema, and the tenant whose registry row follows it, if it is a tenant's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) schema: &'a SchemaName,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) shared: &'a SharedSchemas,
}

/// How long what is set lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Transaction,
    Session,
}

impl Scope {
    fn word(self) -> &'static str {
        match self {
            Self::Transaction => "LOCAL ",
            Self::Session => "",
        }
    }
}

impl Target<'_> {
    /// Sets the path for the rest of the transaction (`LOCAL`) or session, and fails when the schema does not
    /// exist: the path alone would fall through to a shared schema without a word.
    fn enter(&self, scope: Scope) -> Script {
        // Not as whoever the session acts as: an operator's SQL may have changed that.
        let owner = match scope {
            Scope::Transaction => ownership::of(self.schema),
            Scope::Session => ownership::of_until_the_gate(self.schema),
        };
        owner
            .sql("SET ")
            .sql(scope.word())
            .sql("search_path TO ")
            .script(&self.shared.search_path(self.schema))
            .sql(";\nSELECT ")
            .literal(&self.schema.ident().to_string())
            .sql("::pg_catalog.regnamespace;\n")
    }

    /// What is written down in the transaction of the migration itself.
    fn written_down(&self, direction: Direction, version: &str) -> Script {
        let row = match direction {
            Direction::Up => bookkeeping::insert(self.schema, version),
            Direction::Down => bookkeeping::delete(self.schema, version),
        };
        // Not in the tenant's path, where operators of its own could stand, nor as whom the migration left.
        let script = Script::new("SET LOCAL search_path TO pg_catalog, pg_temp;\n")
            .script(&ownership::of(self.schema))
            .script(&row);
        match self.tenant {
            Some(tenant) => script.script(&bookkeeping::record(self.schema, tenant)),
            None => script,
        }
    }
}

/// Runs `loaded` in `target` and writes it down, in one transaction where the migration allows it.
pub(crate) fn apply(
    conn: &mut PgConnection,
    target: Target<'_>,
    migration: &Migration,
    loaded: &Loaded,
    direction: Direction,
) -> Result<(), Error> {
    let result = if migration.transactional {
        in_transaction(conn, target, migration, loaded, direction)
    } else {
        outside_transaction(conn, target, migration, loaded, direction)
    };
    result.map_err(|error| {
        // Diesel's type for this is private; its text begins with the name, which the error has already.
        let text = error.to_string();
        let reason = text.strip_prefix(&format!("Failed to run {} with: ", migration.name)).unwrap_or(&text);
        Error::Migration {
            migration: migration.name.clone(),
            schema: target.schema.clone(),
            reason: reason.to_owned(),
        }
    })
}

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn in_transaction(
    conn: &mut PgConnection,
    target: Target<'_>,
    migration: &Migration,
    loaded: &Loaded,
    direction: Direction,
) -> Outcome {
    let mut ended = false;
    let result = conn.transaction(|conn| {
        conn.batch_execute(target.enter(Scope::Transaction).as_str())?;
        run(conn, loaded, direction)?;
        let depth = AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth()?;
        ended = depth.is_none();
        if ended {
            return Err(ENDED.into());
        }
        Ok(conn.batch_execute(target.written_down(direction, &migration.version).as_str())?)
    });
    // Diesel then has nothing to roll back, and says only that.
    if ended { Err(ENDED.into()) } else { result }
}

const ENDED: &str = "its SQL ended the transaction itself (COMMIT or ROLLBACK), so it is not recorded as done: leave \
                     that out, or set `run_in_transaction = false` in its metadata.toml";

fn outside_transaction(
    conn: &mut PgConnection,
    target: Target<'_>,
    migration: &Migration,
    loaded: &Loaded,
    direction: Direction,
) -> Outcome {
    conn.batch_execute(target.enter(Scope::Session).as_str())?;
    run(conn, loaded, direction)?;
    // One batch is one transaction: both records or none.
    Ok(conn.batch_execute(target.written_down(direction, &migration.version).as_str())?)
}

fn run(conn: &mut PgConnection, loaded: &Loaded, direction: Direction) -> Outcome {
    match direction {
        Direction::Up => loaded.run(conn),
        Direction::Down => loaded.revert(conn),
    }
}
