use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel::{PgConnection, sql_query};
use tenancy_core::name::{RoleName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantId};

use super::Logins;
use super::logins::make;
use crate::error::Error;
use crate::locks;
use crate::registry::Registry;

impl Logins<'_> {
    /// Gives a tenant a login of its own. Its next connections are that login's, from a small pool of their own
    /// ([`TenancyBuilder::dedicated_pool_size`](crate::TenancyBuilder::dedicated_pool_size)); no other login may act as
    /// the tenant any more. Doing it twice is no error. Returns the login.
    ///
    /// Waits up to 10 s for sessions that are pinned to the tenant.
    ///
    /// # Errors
    ///
    /// [`Error::NoSecretKey`]; [`Error::NoRoles`] when the tenant has no role; [`Error::UnknownTenant`].
    pub fn dedicate(&self, slug: &TenantSlug) -> Result<RoleName, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        let login = RoleName::parse(&format!("login_{}", tenant.id.as_uuid().simple()))?;
        if tenant.login.as_ref() == Some(&login) {
            return Ok(login);
        }
        let key = self.key(&login)?;
        self.move_to(&tenant, |conn| make(conn, key, &login, "dedicated").map(|()| Some(login.clone())))?;
        Ok(login)
    }

    /// Takes a tenant's own login away again: it is served as others are.
    ///
    /// Waits up to 10 s for sessions that are pinned to the tenant.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`].
    pub fn undedicate(&self, slug: &TenantSlug) -> Result<(), Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        self.move_to(&tenant, super::shards::least_busy)
    }

    /// Moves a tenant to the login that `choose` names: nobody is pinned to it meanwhile.
    pub(super) fn move_to(
        &self,
        tenant: &Tenant,
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
            serve_by(conn, tenant.id, login.as_ref())
        });
        self.context.directory.forget(&tenant.slug);
        if let Some(left) = &tenant.login {
            self.context.forget_login(left);
        }
        moved
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
