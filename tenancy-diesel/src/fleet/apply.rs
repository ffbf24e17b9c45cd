//! One migration in one schema.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::{Connection as _, PgConnection};
use tenancy_core::fleet::Migration;
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

use crate::bookkeeping;
use crate::error::Error;
pub(super) use crate::migrations::Direction;
use crate::migrations::{Action, Failure, Loaded};
use crate::ownership;

/// Where a migration runs: a schema, and the tenant whose registry row follows it, if it is a tenant's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) schema: &'a SchemaName,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) slug: Option<&'a TenantSlug>,
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
    let action = loaded.action(direction)?;
    let result = if migration.transactional {
        in_transaction(conn, target, migration, action, direction)
    } else {
        outside_transaction(conn, target, migration, action, direction)
    };
    result.map_err(|error| Error::Migration {
        migration: migration.name.clone(),
        schema: target.schema.clone(),
        reason: error.to_string(),
    })
}

type Outcome = Result<(), Failure>;

fn in_transaction(
    conn: &mut PgConnection,
    target: Target<'_>,
    migration: &Migration,
    action: &Action,
    direction: Direction,
) -> Outcome {
    let mut ended = false;
    let result = conn.transaction(|conn| {
        conn.batch_execute(target.enter(Scope::Transaction).as_str())?;
        action.run(conn, target.schema, target.slug, true)?;
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
    action: &Action,
    direction: Direction,
) -> Outcome {
    conn.batch_execute(target.enter(Scope::Session).as_str())?;
    action.run(conn, target.schema, target.slug, false)?;
    // One batch is one transaction: both records or none.
    Ok(conn.batch_execute(target.written_down(direction, &migration.version).as_str())?)
}
