use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_core::name::TenantSlug;
use tenancy_core::script::Script;
use tenancy_core::tenant::Tenant;

use super::Provisioner;
use crate::error::Error;
use crate::locks;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

impl Provisioner<'_> {
    /// Drops a tenant: its schema with everything in it, and its registry row, in one transaction. Returns the
    /// row as it was. A schema that is already gone is no error.
    ///
    /// Waits up to 10 s for sessions that are pinned to the tenant.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Query`] when the tenant is in use for longer than that, or when the
    /// schema holds more objects than `max_locks_per_transaction` allows to drop at once. Nothing is changed
    /// then.
    pub fn drop(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        let mut conn = self.context.control()?;
        let dropped = conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
            conn.batch_execute(wait.as_str())
                .map_err(Error::query("wait until no session is pinned to the tenant"))?;
            // Read it again behind the lock: it may have been renamed while we waited.
            let row: TenantRow = diesel::delete(tenants::table.find(tenant.id.as_uuid()))
                .returning(TenantRow::as_returning())
                .get_result(conn)
                .optional()
                .map_err(Error::query("delete the tenant's row"))?
                .ok_or_else(|| Error::UnknownTenant(slug.to_string()))?;
            let dropped: Tenant = row.try_into()?;
            if let Some(schema) = dropped.placement.schema() {
                let sql = Script::new("DROP SCHEMA IF EXISTS ").schema(schema).sql(" CASCADE");
                conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's schema"))?;
            }
            Ok::<_, Error>(dropped)
        })?;
        self.context.directory.forget(slug);
        Ok(dropped)
    }
}
