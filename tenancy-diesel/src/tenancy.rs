use std::fmt;
use std::sync::Arc;

use tenancy_core::isolation::{SessionDefaults, SessionPlan, SharedSchemas};
use tenancy_core::name::{SchemaNaming, TenantSlug};
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::{ResolverChain, TenantKey};
use tenancy_core::tenant::{ActiveTenant, Tenant};

use crate::blueprint::BlueprintCache;
use crate::builder::TenancyBuilder;
use crate::connection::{ControlConnection, TenantConnection};
use crate::error::Error;
use crate::fleet::{Fleet, Migrations};
use crate::pools::{PinFailure, PoolSettings, PoolState, SessionPool};
use crate::provision::Provisioner;
use crate::registry::{Directory, Registry, install};

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
pub struct Tenancy(Arc<Inner>);

/// What the builder decided and what lives as long as the service.
pub(crate) struct Inner {
    pub(crate) url: String,
    pub(crate) naming: SchemaNaming,
    pub(crate) shared: SharedSchemas,
    pub(crate) defaults: SessionDefaults,
    pub(crate) resolvers: ResolverChain,
    pub(crate) migrations: Migrations,
    pub(crate) tenants: SessionPool,
    pub(crate) control: SessionPool,
    pub(crate) directory: Directory,
    pub(crate) blueprints: BlueprintCache,
    #[cfg(feature = "tokio")]
    pub(crate) permits: Arc<tokio::sync::Semaphore>,
    #[cfg(feature = "tokio")]
    pub(crate) control_permits: Arc<tokio::sync::Semaphore>,
}

impl Tenancy {
    /// Starts configuring.
    pub fn builder() -> TenancyBuilder {
        TenancyBuilder::default()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Installs the control plane and builds the template: creates what is missing, applies pending migrations
    /// to both, leaves a hand-made template as it is. Idempotent; safe when many replicas start at once.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] or [`Error::Migration`] when a migration fails; [`Error::Unreachable`].
    pub fn init(&self) -> Result<(), Error> {
        install::install(&mut *self.control()?)?;
        self.fleet().migrate_template()?;
        Ok(())
    }

    /// The active tenant called `slug`, from memory if it was looked up in the last few seconds: the pin asks
    /// the registry again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`], [`Error::NotActive`].
    pub fn tenant(&self, slug: &TenantSlug) -> Result<ActiveTenant, Error> {
        if let Some(tenant) = self.remembered(slug) {
            return Ok(tenant);
        }
        self.look_up(&TenantKey::Slug(slug.clone()))
    }

    /// The one active tenant that a request names, by the configured sources.
    ///
    /// # Errors
    ///
    /// [`Error::NoTenantNamed`], [`Error::Resolve`], [`Error::UnknownTenant`], [`Error::NotActive`], and
    /// [`Error::TenantsDiffer`] when two sources name different tenants.
    pub fn resolve(&self, request: &RequestParts) -> Result<ActiveTenant, Error> {
        let keys = self.0.resolvers.resolve(request)?;
        let (strongest, weaker) = keys.split_first().ok_or(Error::NoTenantNamed)?;
        let tenant = self.active(strongest)?;
        for key in weaker {
            let same = match key {
                TenantKey::Slug(slug) => *slug == tenant.slug,
                TenantKey::Id(id) => *id == tenant.id,
                _ => false,
            };
            if !same {
                return Err(Error::TenantsDiffer { first: strongest.to_string(), second: key.to_string() });
            }
        }
        Ok(tenant)
    }

    /// A connection pinned to `tenant`. Blocks until the pool has one, up to its timeout, and for one round
    /// trip. A tenant that was renamed since it was looked up is found under its new schema.
    ///
    /// # Errors
    ///
    /// [`Error::PoolExhausted`], [`Error::Unreachable`]; [`Error::UnknownTenant`] and [`Error::NotActive`] by
    /// the registry as it is now; [`Error::SchemaMissing`].
    pub fn connect(&self, tenant: &ActiveTenant) -> Result<TenantConnection, Error> {
        match self.pin(tenant)? {
            Some(conn) => Ok(conn),
            None => {
                self.0.directory.forget(&tenant.slug);
                let now = self.look_up(&TenantKey::Id(tenant.id))?;
                self.pin(&now)?.ok_or_else(|| Error::UnknownTenant(tenant.slug.to_string()))
            }
        }
    }

    /// The right to work on `tenant`'s data from async code.
    #[cfg(feature = "tokio")]
    pub fn db(&self, tenant: ActiveTenant) -> crate::connection::TenantDb {
        crate::connection::TenantDb::new(self.clone(), tenant)
    }

    /// Runs `work` on a blocking thread, for async code that calls methods of this type, of the [`Registry`] or
    /// the [`Provisioner`]. At most as many pieces of work run at a time as the control plane has connections;
    /// the others wait in order, and not on threads.
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
        let permit = wait_for_permit(&self.0.control_permits, self.0.control.settings()).await?;
        let tenancy = self.clone();
        let worker = tokio::task::spawn_blocking(move || {
            let answer = work(&tenancy);
            drop(permit);
            answer
        });
        match worker.await {
            Ok(answer) => answer,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(Error::Unreachable("the runtime is shutting down".to_owned())),
        }
    }

    /// Tenants' rows.
    pub fn registry(&self) -> Registry<'_> {
        Registry::new(self)
    }

    /// Creates, renames, suspends and drops tenants.
    pub fn provisioner(&self) -> Provisioner<'_> {
        Provisioner::new(self)
    }

    /// Migrates all tenants.
    pub fn fleet(&self) -> Fleet<'_> {
        Fleet::new(self)
    }

    /// How slugs become schemas.
    pub fn naming(&self) -> &SchemaNaming {
        &self.0.naming
    }

    /// How full the tenants' pool is.
    pub fn pool_state(&self) -> PoolState {
        self.0.tenants.state()
    }

    /// Whether the database answers and the control plane is installed. Blocks for a round trip.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`], [`Error::PoolExhausted`], [`Error::NotInitialized`].
    pub fn check_ready(&self) -> Result<(), Error> {
        let mut conn = self.control()?;
        if install::is_installed(&mut conn)? { Ok(()) } else { Err(Error::NotInitialized) }
    }

    /// Whether any source of the tenant's name is configured.
    #[cfg(feature = "rocket")]
    pub(crate) fn resolves(&self) -> bool {
        !self.0.resolvers.is_empty()
    }

    /// The tenant that `key` names, from memory where possible.
    fn active(&self, key: &TenantKey) -> Result<ActiveTenant, Error> {
        match key {
            TenantKey::Slug(slug) => self.tenant(slug),
            other => self.look_up(other),
        }
    }

    /// What memory has on `slug`; never blocks.
    pub(crate) fn remembered(&self, slug: &TenantSlug) -> Option<ActiveTenant> {
        self.0.directory.get(slug)?.into_active().ok()
    }

    /// What a request comes to, as far as memory suffices to tell; never blocks.
    #[cfg(feature = "rocket")]
    pub(crate) fn resolve_from_memory(&self, request: &RequestParts) -> Option<Result<ActiveTenant, Error>> {
        match self.0.resolvers.resolve(request) {
            Err(error) => Some(Err(error.into())),
            Ok(keys) => match keys.as_slice() {
                [] => Some(Err(Error::NoTenantNamed)),
                [TenantKey::Slug(slug)] => self.remembered(slug).map(Ok),
                _ => None,
            },
        }
    }

    fn look_up(&self, key: &TenantKey) -> Result<ActiveTenant, Error> {
        let tenant: Tenant = self.registry().find(key)?;
        self.0.directory.remember(&tenant);
        Ok(tenant.into_active()?)
    }

    /// A pinned connection, or `None` when the registry disagrees with what `tenant` says.
    fn pin(&self, tenant: &ActiveTenant) -> Result<Option<TenantConnection>, Error> {
        let plan = SessionPlan::of(tenant, &self.0.shared)?;
        match self.0.tenants.pinned(&plan) {
            Ok(loan) => Ok(Some(TenantConnection::new(loan, tenant.clone()))),
            Err(PinFailure::Stale) => Ok(None),
            // A rename between our look-up and the pin; the next look-up tells.
            Err(PinFailure::SchemaMissing) if !self.still_there(tenant)? => Ok(None),
            Err(PinFailure::SchemaMissing) => {
                Err(Error::SchemaMissing { slug: tenant.slug.clone(), schema: plan.schema().clone() })
            }
            Err(PinFailure::Pool(error)) => Err(error),
            Err(PinFailure::Query(source)) => match self.check_ready() {
                Err(Error::NotInitialized) => Err(Error::NotInitialized),
                _ => Err(Error::Query { doing: "pin the session to the tenant", source }),
            },
        }
    }

    fn still_there(&self, tenant: &ActiveTenant) -> Result<bool, Error> {
        match self.registry().find(&TenantKey::Id(tenant.id)) {
            Ok(now) => Ok(now.placement == tenant.placement && now.status == tenant.status),
            Err(Error::UnknownTenant(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn control(&self) -> Result<ControlConnection, Error> {
        self.0.control.control().map(ControlConnection::new)
    }

    /// A pool of `size` control connections of its own, for work that keeps many of them busy.
    pub(crate) fn control_pool(&self, size: u32) -> SessionPool {
        let settings =
            PoolSettings { max_size: size, min_idle: Some(0), ..self.0.control.settings().clone() };
        SessionPool::new(&self.0.url, &self.0.defaults, &settings)
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(crate) fn blueprints(&self) -> &BlueprintCache {
        &self.0.blueprints
    }

    pub(crate) fn migrations(&self) -> &Migrations {
        &self.0.migrations
    }

    pub(crate) fn shared(&self) -> &SharedSchemas {
        &self.0.shared
    }

    /// A permit to occupy a blocking thread with a connection; as many as the pool has connections, so that
    /// waiting requests wait here, in order, and not on threads.
    #[cfg(feature = "tokio")]
    pub(crate) async fn permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        wait_for_permit(&self.0.permits, self.0.tenants.settings()).await
    }
}

#[cfg(feature = "tokio")]
async fn wait_for_permit(
    permits: &Arc<tokio::sync::Semaphore>,
    settings: &PoolSettings,
) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
    let acquire = Arc::clone(permits).acquire_owned();
    match tokio::time::timeout(settings.connection_timeout, acquire).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(Error::PoolExhausted { size: settings.max_size, waited: settings.connection_timeout }),
    }
}

impl fmt::Debug for Tenancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenancy")
            .field("naming", &self.0.naming)
            .field("pool", &self.pool_state())
            .finish_non_exhaustive()
    }
}
