//! From a name to a pinned connection.

use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use tenancy_core::isolation::{Scope, SessionPlan};
use tenancy_core::name::TenantSlug;
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::TenantKey;
use tenancy_core::tenant::{ActiveTenant, TenantStatus};

use crate::connection::TenantConnection;
use crate::context::Context;
use crate::error::Error;
use crate::fall_through::FallThrough;
use crate::pools::{Loan, PinFailure, SessionPool};
use crate::registry::{Registry, install};
use crate::turnstile::Permit;

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
        let (tenant, permit) = self.admit_blocking(tenant)?;
        self.connect_admitted(&tenant, permit)
    }

    /// The same with a permit that was waited for elsewhere. It goes back with the connection, or with the error.
    pub(crate) fn connect_admitted(
        &self,
        tenant: &ActiveTenant,
        permit: Permit,
    ) -> Result<TenantConnection, Error> {
        let Lent { loan, tenant, permit } = self.lend(tenant, permit, SessionPool::pinned)?;
        Ok(TenantConnection::new(loan, tenant, permit))
    }

    /// Waits for a permit on this thread; the tenant is told as it is served now.
    pub(crate) fn admit_blocking(&self, tenant: &ActiveTenant) -> Result<(ActiveTenant, Permit), Error> {
        match self.admit(tenant) {
            Ok(permit) => Ok((tenant.clone(), permit)),
            Err(error) => {
                let tenant = self.moved(tenant, error)?;
                let permit = self.admit(&tenant)?;
                Ok((tenant, permit))
            }
        }
    }

    /// Borrows with `borrow`, which pins, for `tenant` as the registry has it now.
    pub(crate) fn lend(
        &self,
        tenant: &ActiveTenant,
        mut permit: Permit,
        borrow: impl Fn(&SessionPool, &SessionPlan) -> Result<Loan, PinFailure>,
    ) -> Result<Lent, Error> {
        let mut tenant = tenant.clone();
        let mut looked_up = false;
        let patience = Instant::now() + PATIENCE;
        loop {
            let now = match self.pin(&tenant, &borrow) {
                Ok(Pinned::Yes(loan)) => return Ok(Lent { loan: *loan, tenant, permit }),
                Ok(Pinned::Busy) if Instant::now() < patience => {
                    thread::sleep(PAUSE);
                    continue;
                }
                Ok(Pinned::Busy) => return Err(Error::TenantBusy(tenant.slug.clone())),
                Ok(Pinned::Stale) if looked_up => return Err(Error::TenantBusy(tenant.slug.clone())),
                Ok(Pinned::Stale) => self.look_up_again(&tenant)?,
                Err(error) if looked_up => return Err(error),
                Err(error) => self.moved(&tenant, error)?,
            };
            looked_up = true;
            if now.login != tenant.login {
                // Another login's pool, and another line to stand in.
                drop(permit);
                permit = self.admit(&now)?;
            }
            tenant = now;
        }
    }

    /// The right to a connection of the pool that serves `tenant`.
    fn admit(&self, tenant: &ActiveTenant) -> Result<Permit, Error> {
        self.pool_of(tenant)?.admit(tenant)
    }

    /// The tenant as it is served now, if `error` may come from a login of its own that is gone: whoever took it away did
    /// not tell us. Otherwise the error.
    fn moved(&self, tenant: &ActiveTenant, error: Error) -> Result<ActiveTenant, Error> {
        if tenant.login.is_none() {
            return Err(error);
        }
        let now = self.look_up_again(tenant)?;
        if now.login == tenant.login { Err(error) } else { Ok(now) }
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
        if tenant.status == TenantStatus::Dropping {
            // Some of it is gone already.
            return Err(Error::UnknownTenant(key.to_string()));
        }
        self.directory.remember(&tenant);
        Ok(tenant.into_active()?)
    }

    /// In debug builds: a pinned tenant that lacks a table which a shared schema would answer for is refused.
    fn refuse_fall_through(&self, conn: &mut PgConnection, plan: &SessionPlan) -> Result<(), Error> {
        let (template, shared) = (self.naming.template(), &self.shared);
        match self.fall_through.look(conn, plan.tenant(), template, plan.schema(), shared) {
            Ok(None) => Ok(()),
            Ok(Some(FallThrough { relation, shared })) => {
                Err(Error::SchemaIncomplete { slug: plan.slug().clone(), relation, shared })
            }
            Err(source) => Err(Error::Query { doing: "compare the tenant with the template", source }),
        }
    }

    fn pin(
        &self,
        tenant: &ActiveTenant,
        borrow: impl Fn(&SessionPool, &SessionPlan) -> Result<Loan, PinFailure>,
    ) -> Result<Pinned, Error> {
        let plan = SessionPlan::of(tenant, &self.naming, &self.shared)?;
        match borrow(&*self.pool_of(tenant)?, &plan) {
            Ok(mut loan) => {
                self.refuse_fall_through(loan.conn(), &plan)?;
                Ok(Pinned::Yes(Box::new(loan)))
            }
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

/// A connection on loan; the permit goes back after it.
pub(crate) struct Lent {
    pub(crate) loan: Loan,
    /// The tenant as the registry has it now.
    pub(crate) tenant: ActiveTenant,
    pub(crate) permit: Permit,
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
