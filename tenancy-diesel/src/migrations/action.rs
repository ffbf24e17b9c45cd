use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use diesel::PgConnection;
use tenancy_core::name::{SchemaName, TenantSlug};

use super::{MigrationContext, run_sql};

/// What a migration in Rust fails with.
pub(crate) type Failure = Box<dyn StdError + Send + Sync>;

/// A migration's function.
pub(super) type Function = Arc<dyn Fn(&mut MigrationContext<'_>) -> Result<(), Failure> + Send + Sync>;

/// What a migration does, in one direction.
#[derive(Clone)]
pub(crate) enum Action {
    /// It runs this.
    Sql(String),
    /// It calls this.
    Function(Function),
}

impl Action {
    /// Does it in `schema`, in which the session is by now. Of a text the error is a
    /// [`StatementFailed`](super::StatementFailed), of a function its own. A panic of a function goes through.
    pub(crate) fn run(
        &self,
        conn: &mut PgConnection,
        schema: &SchemaName,
        slug: Option<&TenantSlug>,
        transactional: bool,
    ) -> Result<(), Failure> {
        match self {
            Self::Sql(sql) => Ok(run_sql(conn, sql, transactional)?),
            Self::Function(function) => function(&mut MigrationContext::new(conn, schema, slug)),
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(sql) => f.debug_tuple("Sql").field(sql).finish(),
            Self::Function(_) => f.write_str("Function(..)"),
        }
    }
}
