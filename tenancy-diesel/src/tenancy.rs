use std::fmt;
use std::sync::Arc;

use diesel::PgConnection;
use diesel::result::Error as DieselError;
use tenancy_core::isolation::{Access, Scope, TenantRoles};
use tenancy_core::name::{SchemaNaming, TenantSlug};
use tenancy_core::request::RequestParts;
use tenancy_core::tenant::ActiveTenant;

use crate::connection::TenantConnection;
use crate::context::Context;
use crate::doctor::Doctor;
use crate::drift::Drift;
use crate::error::{Error, RunError};
use crate::fleet::Fleet;
use crate::ledger::Runs;
use crate::logins::Logins;
use crate::pooler::{self, Pooler};
use crate::pools::PoolState;
use crate::provision::{Provisioner, Spares};
use crate::registry::{Registry, Seeds, install};
use crate::roles::Roles;
#[cfg(feature = "tokio")]
use crate::tenant_db::TenantDb;
use crate::trial::Trial;

/// The library: one per service. Cheap to clone.
///
/// ```no_run
/// use diesel::prelude::*;
/// use tenancy_diesel::{NewTenant, Tenancy};
///
/// diesel::table! { notes (id) { id -> Integer, body -> Text, } } // no schema: the tenant decides
///
/// # fn main() -> Result<(), tenancy_diesel::Error> {
/// let tenancy = Tenancy::builder().database_url("postgres://localhost/app").build()?;
/// tenancy.init()?;
/// tenancy.provisioner().create(&NewTenant::new("acme".parse()?))?;
///
/// let acme = tenancy.tenant(&"acme".parse()?)?;
/// let mut conn = tenancy.connect(&acme)?; // search_path is tenant_acme until the drop
/// let bodies: Vec<String> = notes::table.select(notes::body).load(&mut *conn)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tenancy(Arc<Context>);

impl Tenancy {
    pub(crate) fn new(context: Context) -> Self {
        Self(Arc::new(context))
    }

    /// What lives as long as the service.
    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.0
    }

    /// Installs the control plane and builds the template: creates what is missing, applies pending migrations
    /// to both, leaves a hand-made template as it is (but gives it to the owner role, see [`Roles`]). Idempotent; safe
    /// when many replicas start at once.
    ///
    /// # Errors
    ///
    /// [`Error::RolesRefused`] when tenants are to have roles and the login may not make them;
    /// [`Error::Query`] or [`Error::Migration`] when a migration fails; [`Error::Capture`] when the template lacks a table
    /// that is to be a seed, after everything else was done; [`Error::Unreachable`].
    pub fn init(&self) -> Result<(), Error> {
        install::install(&mut *self.0.operation()?)?;
        if self.0.roles == TenantRoles::On {
            self.roles().establish()?;
        }
        self.fleet().migrate_template()?;
        self.0.refill.wake();
        self.seeds().check()
    }

    /// Whether the database answers and the control plane is installed. Blocks for a round trip or two.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`], [`Error::PoolExhausted`], [`Error::NotInitialized`].
    pub fn check_ready(&self) -> Result<(), Error> {
        self.0.check_ready()
    }

    /// What stands between the service and PostgreSQL, by what `database_url` leads to. Connects a few times and
    /// blocks for ten seconds at most.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`].
    pub fn pooler(&self) -> Result<Pooler, Error> {
        pooler::detect(self.0.url())
    }

    /// Refuses a pooler in transaction mode wherever a session is needed: behind `database_url` with
    /// [`Scope::Session`], behind `operator_url` always. Worth calling where a service starts; connects a few times and
    /// blocks for twenty seconds at most.
    ///
    /// # Errors
    ///
    /// [`Error::TransactionPooler`] with the remedy; [`Error::Unreachable`].
    pub fn check_pooler(&self) -> Result<(), Error> {
        if self.0.scope == Scope::Session && self.pooler()? == Pooler::Transaction {
            return Err(Error::TransactionPooler {
                url_of: "`database_url`",
                remedy: "configure `Scope::Transaction`, and `operator_url` with a way around the pooler; or switch \
                         the pooler to session mode",
            });
        }
        if !self.0.has_one_login() && pooler::detect(self.0.operator_url())? == Pooler::Transaction {
            return Err(Error::TransactionPooler {
                url_of: "`operator_url`",
                remedy: "let it lead to PostgreSQL itself",
            });
        }
        Ok(())
    }

    /// The active tenant called `slug`, from memory if it was looked up in the last few seconds: the pin asks
    /// the registry again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`], [`Error::NotActive`].
    pub fn tenant(&self, slug: &TenantSlug) -> Result<ActiveTenant, Error> {
        self.0.tenant(slug)
    }

    /// The one active tenant that a request names, by the configured sources.
    ///
    /// # Errors
    ///
    /// [`Error::NoTenantNamed`], [`Error::Resolve`], [`Error::UnknownTenant`], [`Error::NotActive`], and
    /// [`Error::TenantsDiffer`] when two sources name different tenants.
    pub fn resolve(&self, request: &RequestParts) -> Result<ActiveTenant, Error> {
        self.0.resolve(request)
    }

    /// A connection pinned to `tenant`. Blocks until the pool has one, up to its timeout, and for one round
    /// trip. The registry is asked in that round trip: it must still have the tenant, active, by this slug.
    ///
    /// Tenants wait in turns, and each holds a limited number of connections. A thread that holds one and asks for
    /// another may wait for itself, and gets an error after the pool's timeout.
    ///
    /// # Errors
    ///
    /// [`Error::PoolExhausted`], [`Error::TenantLimit`], [`Error::Unreachable`]; [`Error::UnknownTenant`] (also when the slug is another
    /// tenant's by now) and [`Error::NotActive`] by the registry as it is now; [`Error::TenantBusy`] when it is
    /// being dropped or renamed for longer than a second; [`Error::SchemaMissing`]; [`Error::SessionScopeNeeded`] when
    /// only transactions are pinned; in debug builds [`Error::SchemaIncomplete`].
    pub fn connect(&self, tenant: &ActiveTenant) -> Result<TenantConnection, Error> {
        self.0.connect(tenant)
    }

    /// Runs `work` in one transaction of `tenant`: committed when it returns `Ok`, rolled back when it returns `Err`
    /// or panics. Blocks.
    ///
    /// With [`Scope::Transaction`](crate::Scope) that is all there is, and it costs the round trips of a plain
    /// transaction: `BEGIN` brings the pin along and `COMMIT` the proof. Nothing that belongs to a session outlives
    /// it. What `work` may do in it: savepoints (`conn.transaction`), `SET LOCAL`, temporary tables. What makes it
    /// fail instead of being committed: ending the transaction by SQL, leaving `search_path` changed, LISTEN,
    /// PREPARE, cursors WITH HOLD, advisory locks of the session.
    ///
    /// ```no_run
    /// # use diesel::prelude::*;
    /// # diesel::table! { notes (id) { id -> Integer, body -> Text, } }
    /// # fn add(tenancy: &tenancy_diesel::Tenancy, acme: &tenancy_diesel::ActiveTenant) -> Result<(), tenancy_diesel::Error> {
    /// tenancy.transaction(acme, |conn| {
    ///     diesel::insert_into(notes::table).values(notes::body.eq("first")).execute(conn)
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RunError::Tenancy`] with the errors of [`connect`](Self::connect) and [`Error::NotCommitted`];
    /// [`RunError::Work`] with the error of `work`, or of a failed COMMIT.
    pub fn transaction<T, E>(
        &self,
        tenant: &ActiveTenant,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, RunError<E>>
    where
        E: From<DieselError>,
    {
        self.0.transact(tenant, Access::Default, work).map_err(RunError::from)
    }

    /// The right to work on `tenant`'s data from async code.
    #[cfg(feature = "tokio")]
    pub fn db(&self, tenant: ActiveTenant) -> TenantDb {
        TenantDb::new(Arc::clone(&self.0), tenant)
    }

    /// Runs `work` on a blocking thread, for async code that calls methods of this type, of the [`Registry`] or
    /// the [`Provisioner`]. Only a few pieces of work run at a time; the others wait in order, and not on threads.
    ///
    /// ```no_run
    /// # async fn sign_up(tenancy: tenancy_diesel::Tenancy) -> Result<(), tenancy_diesel::Error> {
    /// use tenancy_diesel::NewTenant;
    /// let new = NewTenant::new("acme".parse()?);
    /// let acme = tenancy.run(move |tenancy| tenancy.provisioner().create(&new)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::PoolExhausted`] when the wait took longer than the pool allows; the error of `work`.
    ///
    /// # Panics
    ///
    /// When `work` panics.
    #[cfg(feature = "tokio")]
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&Self) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self.0.operations.permit().await?;
        let tenancy = self.clone();
        join(tokio::task::spawn_blocking(move || {
            let answer = work(&tenancy);
            drop(permit);
            answer
        }))
        .await
    }

    /// Tenants' rows.
    pub fn registry(&self) -> Registry<'_> {
        Registry::new(&self.0)
    }

    /// Whose rows every new tenant starts with.
    pub fn seeds(&self) -> Seeds<'_> {
        Seeds::new(&self.0)
    }

    /// Creates, renames, suspends and drops tenants.
    pub fn provisioner(&self) -> Provisioner<'_> {
        Provisioner::new(&self.0)
    }

    /// Clones of the template that wait for sign-ups.
    pub fn spares(&self) -> Spares<'_> {
        Spares::new(&self.0)
    }

    /// Migrates all tenants.
    pub fn fleet(&self) -> Fleet<'_> {
        Fleet::new(&self.0)
    }

    /// Tries pending migrations on clones, and rolls back.
    pub fn trial(&self) -> Trial<'_> {
        Trial::new(&self.0)
    }

    /// The ledger of runs over all tenants.
    pub fn runs(&self) -> Runs<'_> {
        Runs::new(&self.0)
    }

    /// As whom tenants' sessions act.
    pub fn roles(&self) -> Roles<'_> {
        Roles::new(&self.0)
    }

    /// Logins that serve some tenants only.
    pub fn logins(&self) -> Logins<'_> {
        Logins::new(&self.0)
    }

    /// Compares tenants with the template, and any two schemas.
    pub fn drift(&self) -> Drift<'_> {
        Drift::new(&self.0)
    }

    /// Finds what would let tenants' data mix, and says how to mend it.
    pub fn doctor(&self) -> Doctor<'_> {
        Doctor::new(&self.0)
    }

    /// How slugs become schemas.
    pub fn naming(&self) -> &SchemaNaming {
        &self.0.naming
    }

    /// How full the tenants' pool is.
    pub fn pool_state(&self) -> PoolState {
        self.0.tenants.state()
    }

    /// Whether any source of the tenant's name is configured.
    #[cfg(feature = "rocket")]
    pub(crate) fn resolves(&self) -> bool {
        !self.0.resolvers.is_empty()
    }

    /// [`resolve`](Self::resolve) for async code: from memory without leaving this thread, else by a look-up on a
    /// blocking thread. Look-ups wait in order, so that a flood of invented names occupies as many threads as
    /// there are connections for look-ups, and no more.
    #[cfg(feature = "rocket")]
    pub(crate) async fn resolve_async(&self, request: RequestParts) -> Result<ActiveTenant, Error> {
        if let Some(answer) = self.0.resolve_from_memory(&request) {
            return answer;
        }
        let permit = self.0.control.permit().await?;
        let context = Arc::clone(&self.0);
        join(tokio::task::spawn_blocking(move || {
            let answer = context.resolve(&request);
            drop(permit);
            answer
        }))
        .await
    }
}

/// The result of blocking work; a panic goes on in the caller.
#[cfg(feature = "tokio")]
async fn join<T>(worker: tokio::task::JoinHandle<Result<T, Error>>) -> Result<T, Error> {
    match worker.await {
        Ok(answer) => answer,
        Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
        Err(_) => Err(Error::Unreachable("the runtime is shutting down".to_owned())),
    }
}

impl fmt::Debug for Tenancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tenancy").field(&self.0).finish()
    }
}
