use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::name::{RoleName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantId};

use super::Logins;
use super::logins::make;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::Registry;

/// Whose a tenant's schema is, once it has moved to another login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// An owner role's of its own.
    Apart,
    /// The one's that owns all others.
    Together,
    /// The same one's as before.
    AsItIs,
}

#[derive(QueryableByName)]
struct Apart {
    #[diesel(sql_type = Bool)]
    apart: bool,
}

impl Logins<'_> {
    /// Gives a tenant a login of its own. Its next connections are that login's, from a small pool of their own
    /// ([`TenancyBuilder::dedicated_pool_size`](crate::TenancyBuilder::dedicated_pool_size)); no other login may act as
    /// the tenant any more. And gives its schema to an owner role of its own: what PostgreSQL runs with the rights of a
    /// table's owner, foreign keys that cascade above all, reaches nobody else then. Doing it twice is no error. Returns
    /// the login.
    ///
    /// Waits up to 10 s for sessions that are pinned to the tenant. Every relation of its schema is locked in one
    /// transaction, indexes and TOAST tables too: `max_locks_per_transaction` must leave room for that, as for a drop.
    ///
    /// # Errors
    ///
    /// [`Error::NoSecretKey`]; [`Error::NoRoles`] when the tenant has no role; [`Error::UnknownTenant`].
    pub fn dedicate(&self, slug: &TenantSlug) -> Result<RoleName, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        let login = RoleName::parse(&format!("login_{}", tenant.id.as_uuid().simple()))?;
        let served = tenant.login.as_ref() == Some(&login);
        if served && self.owned_apart(&tenant)? {
            return Ok(login);
        }
        let key = self.key(&login)?;
        self.move_to(&tenant, Ownership::Apart, |conn| {
            if !served {
                make(conn, key, &login, "dedicated")?;
            }
            Ok(Some(login.clone()))
        })?;
        Ok(login)
    }

    /// Takes a tenant's own login and its own owner role away again: it is served as others are.
    ///
    /// Waits up to 10 s for sessions that are pinned to the tenant, and locks as much as [`dedicate`](Self::dedicate).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`].
    pub fn undedicate(&self, slug: &TenantSlug) -> Result<(), Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        self.move_to(&tenant, Ownership::Together, super::shards::least_busy)
    }

    /// Moves a tenant to the login that `choose` names: nobody is pinned to it meanwhile.
    pub(super) fn move_to(
        &self,
        tenant: &Tenant,
        ownership: Ownership,
        choose: impl FnOnce(&mut PgConnection) -> Result<Option<RoleName>, Error>,
    ) -> Result<(), Error> {
        if tenant.role.is_none() {
            return Err(Error::NoRoles);
        }
        let mut conn = self.context.operation()?;
        let moved = conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
            conn.batch_execute(wait.as_str())
                .map_err(Error::query("wait until no session is pinned to the tenant"))?;
            let login = choose(conn)?;
            serve_by(conn, tenant.id, login.as_ref())?;
            let owner = match ownership {
                Ownership::Apart => ownership::set_apart(tenant.id),
                Ownership::Together => ownership::set_together(tenant.id),
                Ownership::AsItIs => return Ok(()),
            };
            conn.batch_execute(owner.as_str())
                .map_err(Error::query("change the owner of the tenant's schema"))
        });
        self.context.directory.forget(&tenant.slug);
        if let Some(left) = &tenant.login {
            self.context.forget_login(left);
        }
        moved
    }

    /// Whether the tenant's schema has an owner of its own: one that was dedicated by an older version has not.
    fn owned_apart(&self, tenant: &Tenant) -> Result<bool, Error> {
        let row: Apart =
            sql_query("SELECT owner_name IS NOT NULL AS apart FROM tenancy.tenants WHERE id = $1")
                .bind::<SqlUuid, _>(tenant.id.as_uuid())
                .get_result(&mut *self.context.operation()?)
                .optional()
                .map_err(Error::query("ask who owns the tenant's schema"))?
                .ok_or_else(|| Error::UnknownTenant(tenant.slug.to_string()))?;
        Ok(row.apart)
    }
}

/// Lets `login` (the service's own when there is none) act as the tenant, and nobody else. A dedicated login that it
/// leaves is dropped.
pub(super) fn serve_by(
    conn: &mut PgConnection,
    tenant: TenantId,
    login: Option<&RoleName>,
) -> Result<(), Error> {
    sql_query("SELECT tenancy.serve_by($1, $2)")
        .bind::<SqlUuid, _>(tenant.as_uuid())
        .bind::<Nullable<Text>, _>(login.map(RoleName::as_str))
        .execute(conn)
        .map_err(Error::query("change the tenant's login"))?;
    Ok(())
}
