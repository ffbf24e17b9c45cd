//! From a name to a pinned connection.

use std::thread;
use std::time::{Duration, Instant};

use tenancy_core::isolation::{Scope, SessionPlan};
use tenancy_core::name::TenantSlug;
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::TenantKey;
use tenancy_core::tenant::ActiveTenant;

use crate::connection::TenantConnection;
use crate::context::Context;
use crate::error::Error;
use crate::pools::{Loan, PinFailure};
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
        if self.scope == Scope::Transaction {
            return Err(Error::SessionScopeNeeded);
        }
        let (loan, tenant) = self.lend(tenant, |plan| self.tenants.pinned(plan))?;
        Ok(TenantConnection::new(loan, tenant))
    }

    /// Borrows with `borrow`, which pins, for `tenant` as the registry has it now.
    pub(crate) fn lend(
        &self,
        tenant: &ActiveTenant,
        borrow: impl Fn(&SessionPlan) -> Result<Loan, PinFailure>,
    ) -> Result<(Loan, ActiveTenant), Error> {
        let mut tenant = tenant.clone();
        let mut looked_up = false;
        let patience = Instant::now() + PATIENCE;
        loop {
            match self.pin(&tenant, &borrow)? {
                Pinned::Yes(loan) => return Ok((*loan, tenant)),
                Pinned::Busy if Instant::now() < patience => thread::sleep(PAUSE),
                Pinned::Busy => return Err(Error::TenantBusy(tenant.slug.clone())),
                Pinned::Stale if looked_up => return Err(Error::TenantBusy(tenant.slug.clone())),
                Pinned::Stale => {
                    tenant = self.look_up_again(&tenant)?;
                    looked_up = true;
                }
            }
        }
    }

    /// The same tenant as the registry has it now: of one id *and* one slug. A slug that belongs to another
    /// tenant meanwhile must not lead a request to the old one, nor a holder of the old one to the new.
    fn look_up_again(&self, tenant: &ActiveTenant) -> Result<ActiveTenant, Error> {
        self.directory.forget(&tenant.slug);
        let now = self.look_up(&TenantKey::Slug(tenant.slug.clone()))?;
        if now.id == tenant.id { Ok(now) } else { Err(Error::UnknownTenant(tenant.slug.to_string())) }
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

    fn pin(
        &self,
        tenant: &ActiveTenant,
        borrow: impl Fn(&SessionPlan) -> Result<Loan, PinFailure>,
    ) -> Result<Pinned, Error> {
        let plan = SessionPlan::of(tenant, &self.naming, &self.shared)?;
        match borrow(&plan) {
            Ok(loan) => Ok(Pinned::Yes(Box::new(loan))),
            Err(PinFailure::Stale) => Ok(Pinned::Stale),
            Err(PinFailure::Busy) => Ok(Pinned::Busy),
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
}

/// What came of a pin.
enum Pinned {
    Yes(Box<Loan>),
    /// The registry disagrees with what the caller believes.
    Stale,
    /// The tenant is being dropped or renamed.
    Busy,
}

/// How long a connection is waited for while a tenant is being dropped or renamed, which takes milliseconds once
/// no session is pinned to it any more.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);
