//! The async side.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;

use diesel::PgConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tenancy_core::isolation::{Access, Scope};
use tenancy_core::scoped::{InTenant, Scoped, WrongTenant};
use tenancy_core::tenant::ActiveTenant;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use crate::context::Context;
use crate::error::{Error, RunError, is_stale_plan};
use crate::pools::SessionPool;
use crate::transact::Undone;
use crate::turnstile::Permit;

/// The right to work on one tenant's data from async code. Cheap, `Send`, `Clone`; holds no connection.
///
/// [`run`](Self::run) takes a connection from the pool on a blocking thread, pins it, runs the work, sends the
/// answer back and only then lets the connection through the gate. The connection lives and dies on that
/// thread, so a dropped future (a timeout, `select!`, a client that went away) cannot leak it: the work goes on
/// to its end and the connection is wiped as always.
///
/// A handler that holds this holds nothing, so it may hold two, and a pool of one connection is enough. Tenants wait
/// for connections in turns.
#[derive(Clone)]
pub struct TenantDb {
    context: Arc<Context>,
    tenant: ActiveTenant,
}

impl TenantDb {
    pub(crate) fn new(context: Arc<Context>, tenant: ActiveTenant) -> Self {
        Self { context, tenant }
    }

    /// The tenant.
    pub fn tenant(&self) -> &ActiveTenant {
        &self.tenant
    }

    /// Marks a value, such as the id of a row that `run` brought back, as this tenant's.
    pub fn scope<T>(&self, value: T) -> Scoped<T> {
        Scoped::new(&self.tenant, value)
    }

    /// The value, if it is this tenant's; to be asked before the work, on the `TenantDb` that does the work. Blocks
    /// nobody: the tenants are compared.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// # use tenancy_diesel::{Error, Scoped, TenantDb};
    /// # diesel::table! { tickets (id) { id -> Integer, issue -> Text, } }
    /// async fn issue(db: &TenantDb, ticket: Scoped<i32>) -> Result<String, Error> {
    ///     let id = db.open(&ticket)?; // WrongTenant: an id of another tenant
    ///     Ok(db.run(move |conn| tickets::table.find(id).select(tickets::issue).first(conn)).await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongTenant`] for a value of any other tenant; see [`TenantConnection::open`](crate::TenantConnection::open).
    pub fn open<T: Clone>(&self, scoped: &Scoped<T>) -> Result<T, WrongTenant> {
        scoped.in_tenant(&self.tenant).cloned()
    }

    /// Runs `work` with a connection pinned to the tenant, on a blocking thread: outside a transaction, or with
    /// [`Scope::Transaction`] in one, as [`transaction`](Self::transaction) does.
    ///
    /// The caller waits for: a free connection, the pin (one round trip), the work. The gate (one round trip)
    /// comes after the answer; a COMMIT comes before it.
    ///
    /// # Errors
    ///
    /// [`RunError::Tenancy`] when no connection can be had: the tenant is no longer active, its schema is gone,
    /// the pool is exhausted, or the tenant's share of it; the database is away. [`RunError::Work`] with the error of `work`.
    ///
    /// # Panics
    ///
    /// When `work` panics; the connection is then discarded.
    pub async fn run<T, E, F>(&self, work: F) -> Result<T, RunError<E>>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        if self.context.scope == Scope::Transaction {
            return self.transact(Access::Default, work, Undone::opaque).await;
        }
        self.on_blocking_thread(move |context, tenant, permit, answer| {
            match context.connect_admitted(tenant, permit) {
                Ok(mut conn) => {
                    // The caller may have gone; the work was done all the same.
                    let _ = answer.send(work(&mut conn).map_err(RunError::Work));
                    drop(conn);
                }
                Err(error) => {
                    let _ = answer.send(Err(RunError::Tenancy(error)));
                }
            }
        })
        .await
        .map_err(RunError::Tenancy)?
    }

    /// Runs `work` in one transaction on a blocking thread.
    async fn transact<T, E, F>(
        &self,
        access: Access,
        work: F,
        explain: fn(Undone<E>) -> RunError<E>,
    ) -> Result<T, RunError<E>>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.on_blocking_thread(move |context, tenant, permit, answer| {
            context.transact_admitted(tenant, permit, access, work, |done| {
                let _ = answer.send(done.map_err(explain));
            });
        })
        .await
        .map_err(RunError::Tenancy)?
    }

    /// Runs `job` on a blocking thread, as many at a time as there are connections, and waits for the answer that it
    /// sends; what it does after that nobody waits for.
    async fn on_blocking_thread<A: Send + 'static>(
        &self,
        job: impl FnOnce(&Context, &ActiveTenant, Permit, oneshot::Sender<A>) + Send + 'static,
    ) -> Result<A, Error> {
        let pool = self.pool().await?;
        let permit = pool.admit_async(&self.tenant).await?;
        let Self { context, tenant } = self.clone();
        let (answer, answered) = oneshot::channel();
        let worker = spawn_blocking(move || {
            job(&context, &tenant, permit, answer);
        });
        match answered.await {
            Ok(result) => Ok(result),
            // Nothing was sent: the work panicked, or the runtime is shutting down.
            Err(_) => match worker.await {
                Err(failure) if failure.is_panic() => resume_unwind(failure.into_panic()),
                _ => Err(Error::Unreachable("the runtime is shutting down".to_owned())),
            },
        }
    }

    /// The pool of the tenant's login, which is looked up on a blocking thread when it is met for the first time.
    async fn pool(&self) -> Result<Arc<SessionPool>, Error> {
        if let Some(pool) = self.context.known_pool_of(&self.tenant) {
            return Ok(pool);
        }
        let Self { context, tenant } = self.clone();
        match spawn_blocking(move || context.pool_of(&tenant)).await {
            Ok(pool) => pool,
            Err(failure) if failure.is_panic() => resume_unwind(failure.into_panic()),
            Err(_) => Err(Error::Unreachable("the runtime is shutting down".to_owned())),
        }
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns `Err`.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); a failed COMMIT is an error of the work.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, RunError<E>>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DieselError> + Send + 'static,
    {
        self.transact(Access::Default, work, RunError::from).await
    }

    /// Runs `work` in a `READ ONLY` transaction, and once more when the first try met a plan that a migration
    /// had just outdated, or a connection that died: nothing can have been written, so that is safe.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn read<T, F>(&self, work: F) -> Result<T, RunError<DieselError>>
    where
        F: Fn(&mut PgConnection) -> Result<T, DieselError> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let work = Arc::new(work);
        let again = Arc::clone(&work);
        let first = self.transact(Access::ReadOnly, move |conn| work(conn), RunError::from).await;
        match first {
            Err(RunError::Work(error)) if is_stale_plan(&error) || is_lost(&error) => {
                self.transact(Access::ReadOnly, move |conn| again(conn), RunError::from).await
            }
            result => result,
        }
    }
}

impl InTenant for TenantDb {
    fn tenant(&self) -> &ActiveTenant {
        &self.tenant
    }
}

fn is_lost(error: &DieselError) -> bool {
    matches!(
        error,
        DieselError::BrokenTransactionManager
            | DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
    )
}

impl fmt::Debug for TenantDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantDb").field("tenant", &self.tenant.slug).finish_non_exhaustive()
    }
}
