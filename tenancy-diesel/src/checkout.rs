//! From a name to a pinned connection.

use tenancy_core::isolation::SessionPlan;
use tenancy_core::name::TenantSlug;
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::TenantKey;
use tenancy_core::tenant::ActiveTenant;

use crate::connection::TenantConnection;
use crate::context::Context;
use crate::error::Error;
use crate::pools::PinFailure;
use crate::registry::{Registry, install};

impl Context {
    /// See [`Tenancy::tenant`](crate::Tenancy::tenant).
    pub(crate) fn tenant(&self, slug: &TenantSlug) -> Result<ActiveTenant, Error> {
        match self.remembered(slug) {
            Some(tenant) => Ok(tenant),
            None => self.look_up(&TenantKey::Slug(slug.clone())),
        }
    }

    /// See [`Tenancy::resolve`](crate::Tenancy::resolve).
    pub(crate) fn resolve(&self, request: &RequestParts) -> Result<ActiveTenant, Error> {
        let keys = self.resolvers.resolve(request)?;
        let (strongest, weaker) = keys.split_first().ok_or(Error::NoTenantNamed)?;
        let tenant = match strongest {
            TenantKey::Slug(slug) => self.tenant(slug)?,
            other => self.look_up(other)?,
        };
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

    /// What a request comes to, as far as memory suffices to tell; never blocks.
    #[cfg(feature = "rocket")]
    pub(crate) fn resolve_from_memory(&self, request: &RequestParts) -> Option<Result<ActiveTenant, Error>> {
        match self.resolvers.resolve(request) {
            Err(error) => Some(Err(error.into())),
            Ok(keys) => match keys.as_slice() {
                [] => Some(Err(Error::NoTenantNamed)),
                [TenantKey::Slug(slug)] => self.remembered(slug).map(Ok),
                _ => None,
            },
        }
    }

    /// See [`Tenancy::connect`](crate::Tenancy::connect).
    pub(crate) fn connect(&self, tenant: &ActiveTenant) -> Result<TenantConnection, Error> {
        if let Some(conn) = self.pin(tenant)? {
            return Ok(conn);
        }
        self.directory.forget(&tenant.slug);
        let now = self.look_up(&TenantKey::Id(tenant.id))?;
        self.pin(&now)?.ok_or_else(|| Error::UnknownTenant(tenant.slug.to_string()))
    }

    /// See [`Tenancy::check_ready`](crate::Tenancy::check_ready).
    pub(crate) fn check_ready(&self) -> Result<(), Error> {
        let mut conn = self.control()?;
        if install::is_installed(&mut conn)? { Ok(()) } else { Err(Error::NotInitialized) }
    }

    fn remembered(&self, slug: &TenantSlug) -> Option<ActiveTenant> {
        self.directory.get(slug)?.into_active().ok()
    }

    fn look_up(&self, key: &TenantKey) -> Result<ActiveTenant, Error> {
        let tenant = Registry::new(self).find(key)?;
        self.directory.remember(&tenant);
        Ok(tenant.into_active()?)
    }

    /// A pinned connection, or `None` when the registry disagrees with what `tenant` says.
    fn pin(&self, tenant: &ActiveTenant) -> Result<Option<TenantConnection>, Error> {
        let plan = SessionPlan::of(tenant, &self.shared)?;
        match self.tenants.pinned(&plan) {
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
        match Registry::new(self).find(&TenantKey::Id(tenant.id)) {
            Ok(now) => Ok(now.placement == tenant.placement && now.status == tenant.status),
            Err(Error::UnknownTenant(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
