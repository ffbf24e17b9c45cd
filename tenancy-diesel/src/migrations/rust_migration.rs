use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use tenancy_core::migration::MigrationName;

use super::MigrationContext;
use super::action::Function;
use crate::error::Error;

/// A migration that is a function in Rust, for what SQL says badly: to fill a column with what the program computes,
/// to read a file of defaults. It runs once in the template and once in each tenant, in the same order, ledger and
/// transaction as a migration in SQL. Register it with [`Migrations::with`](super::Migrations::with).
///
/// ```
/// # use diesel::prelude::*;
/// # use tenancy_diesel::{Migrations, RustMigration};
/// let backfill = RustMigration::new("2026-03-01-000000_backfill", |tenant| {
///     diesel::sql_query("UPDATE customers SET email = lower(email)").execute(tenant.conn())?;
///     Ok(())
/// })?
/// .with_down(|_| Ok(())); // nothing to undo
/// let migrations = Migrations::directory("migrations/tenant")?.with(backfill);
/// # Ok::<(), tenancy_diesel::Error>(())
/// ```
///
/// # Beside the command line
///
/// `tenancy migrate` knows the directory and no functions. So that it neither skips this migration nor overtakes it,
/// give it a directory of the same name whose `up.sql` is nothing but the comment `-- tenancy: rust` (`tenancy migration
/// new --rust` makes it). The function takes its place; where none is registered, the migration is listed, and running
/// it is [`Error::MigrationElsewhere`]. A migration without such a directory is known to this program only.
///
/// # Panics
///
/// A panic in the function is a failure of this migration in this tenant, as an error is: its transaction is rolled
/// back, its connection discarded, other tenants are not touched. With `panic = "abort"` it ends the process, and with
/// it every transaction that is not committed.
#[derive(Clone)]
pub struct RustMigration {
    pub(super) name: MigrationName,
    pub(super) transactional: bool,
    pub(super) up: Function,
    pub(super) down: Option<Function>,
}

impl RustMigration {
    /// A migration of this name (`2026-03-01-000000_backfill`: the digits are its version), which does `up`. It may
    /// be called again for the same tenant, when the run ended before its transaction was committed.
    ///
    /// # Errors
    ///
    /// [`Error::MigrationName`] when that is no name of a migration.
    pub fn new<F>(name: &str, up: F) -> Result<Self, Error>
    where
        F: Fn(&mut MigrationContext<'_>) -> Result<(), Box<dyn StdError + Send + Sync>>
            + Send
            + Sync
            + 'static,
    {
        Ok(Self { name: MigrationName::parse(name)?, transactional: true, up: Arc::new(up), down: None })
    }

    /// How it is reverted. Without this, it cannot be, unless its directory has a `down.sql`.
    #[must_use]
    pub fn with_down<F>(mut self, down: F) -> Self
    where
        F: Fn(&mut MigrationContext<'_>) -> Result<(), Box<dyn StdError + Send + Sync>>
            + Send
            + Sync
            + 'static,
    {
        self.down = Some(Arc::new(down));
        self
    }

    /// Runs it outside of a transaction, for work in batches that are committed one by one. When it fails half-way,
    /// what it committed stays, and it is called again in the next run: it must go on from there.
    #[must_use]
    pub fn outside_transaction(mut self) -> Self {
        self.transactional = false;
        self
    }
}

impl fmt::Debug for RustMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RustMigration")
            .field("name", &self.name.as_str())
            .field("transactional", &self.transactional)
            .finish_non_exhaustive()
    }
}
