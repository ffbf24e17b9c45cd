use diesel::prelude::*;
use serde::Deserialize;
use tenancy_core::name::TenantSlug;
use tenancy_core::resolve::TenantKey;
use tenancy_core::tenant::{Tenant, TenantStatus};

use crate::context::Context;
use crate::error::Error;
use crate::registry::TenantRow;
use crate::registry::schema::tenants;

/// Tenants' rows. Every method blocks for a round trip or two on the control plane's pool.
#[derive(Debug, Clone, Copy)]
pub struct Registry<'a> {
    pub(super) context: &'a Context,
}

/// Which tenants to list.
#[derive(Debug, Clone, Default)]
pub struct ListTenants {
    /// Only those with this status.
    pub status: Option<TenantStatus>,
    /// Only those behind this slug in alphabetical order (the last one of the previous page).
    pub after: Option<TenantSlug>,
    /// At most this many; all of them when `None`.
    pub limit: Option<i64>,
}

/// What to change about a tenant; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, AsChangeset, Deserialize)]
#[diesel(table_name = tenants)]
#[serde(deny_unknown_fields)]
pub struct TenantChange {
    /// What people call it.
    pub name: Option<String>,
    /// The plan it pays for.
    pub plan: Option<String>,
    /// The whole of its settings, a JSON object.
    pub settings: Option<serde_json::Value>,
}

impl<'a> Registry<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// The tenant that `key` names, whatever its status, straight from the database.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] when there is none.
    pub fn find(&self, key: &TenantKey) -> Result<Tenant, Error> {
        let mut conn = self.context.control()?;
        let query = tenants::table.select(TenantRow::as_select());
        let row = match key {
            TenantKey::Slug(slug) => query.filter(tenants::slug.eq(slug.as_str())).first(&mut *conn),
            TenantKey::Id(id) => query.find(id.as_uuid()).first(&mut *conn),
            _ => Err(diesel::result::Error::NotFound),
        };
        row.optional()
            .map_err(Error::query("look the tenant up"))?
            .ok_or_else(|| Error::UnknownTenant(key.to_string()))?
            .try_into()
    }

    /// The tenant called `slug`, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] when there is none.
    pub fn find_by_slug(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        self.find(&TenantKey::Slug(slug.clone()))
    }

    /// Tenants in alphabetical order of their slugs.
    ///
    /// # Errors
    ///
    /// [`Error::Registry`] names a row that cannot be read.
    pub fn list(&self, page: &ListTenants) -> Result<Vec<Tenant>, Error> {
        let mut conn = self.context.control()?;
        let mut query = tenants::table.select(TenantRow::as_select()).order(tenants::slug).into_boxed();
        if let Some(status) = page.status {
            query = query.filter(tenants::status.eq(status.as_str()));
        }
        if let Some(after) = &page.after {
            query = query.filter(tenants::slug.gt(after.as_str()));
        }
        if let Some(limit) = page.limit {
            query = query.limit(limit);
        }
        let rows: Vec<TenantRow> = query.load(&mut *conn).map_err(Error::query("list the tenants"))?;
        rows.into_iter().map(Tenant::try_from).collect()
    }

    /// Changes a tenant's row and returns it as it is afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Query`] when the settings are no JSON object.
    pub fn update(&self, slug: &TenantSlug, change: &TenantChange) -> Result<Tenant, Error> {
        if *change == TenantChange::default() {
            return self.find_by_slug(slug);
        }
        let mut conn = self.context.operation()?;
        let row: Option<TenantRow> = diesel::update(tenants::table.filter(tenants::slug.eq(slug.as_str())))
            .set(change)
            .returning(TenantRow::as_returning())
            .get_result(&mut *conn)
            .optional()
            .map_err(Error::query("change the tenant's row"))?;
        self.context.directory.forget(slug);
        row.ok_or_else(|| Error::UnknownTenant(slug.to_string()))?.try_into()
    }
}
