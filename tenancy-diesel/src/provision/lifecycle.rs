use diesel::prelude::*;
use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::{Tenant, TenantStatus};

use super::Provisioner;
use crate::error::Error;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

impl Provisioner<'_> {
    /// Stops serving a tenant. Sessions that are already pinned finish their work; the next pin, in any process,
    /// is refused. Suspending twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Dropping`].
    pub fn suspend(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        self.set_status(slug, TenantStatus::Suspended)
    }

    /// Serves a suspended or archived tenant again. Activating twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Dropping`].
    pub fn activate(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        self.set_status(slug, TenantStatus::Active)
    }

    /// Stops serving a tenant for good and keeps its data.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Dropping`].
    pub fn archive(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        self.set_status(slug, TenantStatus::Archived)
    }

    fn set_status(&self, slug: &TenantSlug, status: TenantStatus) -> Result<Tenant, Error> {
        let mut conn = self.context.operation()?;
        // A row in `provisioning` is visible only if somebody wrote it by hand; it has no schema to serve. Of one in
        // `dropping` some is gone.
        let row: Option<TenantRow> = diesel::update(
            tenants::table.filter(tenants::slug.eq(slug.as_str())).filter(
                tenants::status
                    .ne_all([TenantStatus::Provisioning.as_str(), TenantStatus::Dropping.as_str()]),
            ),
        )
        .set(tenants::status.eq(status.as_str()))
        .returning(TenantRow::as_returning())
        .get_result(&mut *conn)
        .optional()
        .map_err(Error::query("change the tenant's status"))?;
        self.context.directory.forget(slug);
        drop(conn);
        match row {
            Some(row) => row.try_into(),
            None => Err(match Registry::new(self.context).find_by_slug(slug) {
                Ok(tenant) if tenant.status == TenantStatus::Dropping => Error::Dropping(tenant.slug),
                _ => Error::UnknownTenant(slug.to_string()),
            }),
        }
    }
}
