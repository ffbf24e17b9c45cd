use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tenancy_core::name::TenantSlug;
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantStatus};

use super::Provisioner;
use super::behind_template::await_migration;
use super::create::{refuse_existing_schema, taken};
use super::retarget::{Doubts, Programs, retarget};
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

impl Provisioner<'_> {
    /// Renames a tenant: its slug and its schema, in one transaction. Its id stays, and so does its role, which is named
    /// after the id.
    ///
    /// Bodies of functions and `SET search_path` clauses that name the schema name it by its new name afterwards. (Without
    /// a prefix a schema's name may be any word: a body in which it may mean something else stays as it is then.)
    ///
    /// Waits up to 10 s for a migration of the tenant, and as long for sessions that are pinned to it. Whoever
    /// still holds the tenant by its old slug is told that there is no such tenant.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`], [`Error::Dropping`], [`Error::AlreadyExists`] or [`Error::SchemaTaken`] for the new name;
    /// [`Error::NamesItself`] when a function names the schema in a way that cannot be rewritten for sure;
    /// [`Error::Query`] when the tenant is in use for longer than that. Nothing is changed then.
    pub fn rename(&self, slug: &TenantSlug, to: &TenantSlug) -> Result<Tenant, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        if slug == to {
            return Ok(tenant);
        }
        let schema = self.context.naming.schema_for(to)?;
        let mut conn = self.context.operation()?;
        await_migration(&mut conn, &locks::try_migrating(tenant.id), &locks::migrating_locally(tenant.id))?;
        let renamed = conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
            conn.batch_execute(wait.as_str())
                .map_err(Error::query("wait until no session is pinned to the tenant"))?;
            let row: TenantRow = tenants::table
                .find(tenant.id.as_uuid())
                .select(TenantRow::as_select())
                .for_update()
                .first(conn)
                .optional()
                .map_err(Error::query("read the tenant's row"))?
                .ok_or_else(|| Error::UnknownTenant(slug.to_string()))?;
            let before: Tenant = row.try_into()?;
            if before.status == TenantStatus::Dropping {
                return Err(Error::Dropping(before.slug));
            }
            // Rows of shared tables and databases of their own keep their places; only the slug changes.
            let moves = match &before.placement {
                Placement::Schema { schema: from } => Some(from.clone()),
                _ => None,
            };
            let changed = diesel::update(tenants::table.find(tenant.id.as_uuid()))
                .set((
                    tenants::slug.eq(to.as_str()),
                    moves.as_ref().map(|_| tenants::schema_name.eq(schema.as_str())),
                ))
                .returning(TenantRow::as_returning())
                .get_result::<TenantRow>(conn);
            let after = match changed {
                Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
                    return Err(taken(to, &schema, info.constraint_name()));
                }
                changed => changed.map_err(Error::query("change the tenant's row"))?,
            };
            if let Some(from) = moves {
                refuse_existing_schema(conn, &schema)?;
                // What follows acts as its owner.
                let sql = ownership::rename(&from, &schema).script(&ownership::of(&schema));
                conn.batch_execute(sql.as_str()).map_err(Error::query("rename the tenant's schema"))?;
                let doubts = match self.context.naming.prefix() {
                    "" => Doubts::Leave,
                    _ => Doubts::Refuse,
                };
                retarget(conn, &from, &schema, Programs::All, doubts)?;
            }
            Tenant::try_from(after)
        })?;
        self.context.directory.forget(slug);
        Ok(renamed)
    }
}
