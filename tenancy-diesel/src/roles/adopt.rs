use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::name::TenantSlug;
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::Tenant;

use super::Roles;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::schema::tenants;
use crate::registry::{ListTenants, Registry, TenantRow};

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    role: String,
}

impl Roles<'_> {
    /// Sets roles up, gives the template to the owner role, and gives every tenant (or each of `only`) a role and its
    /// schema to the owner, one transaction each. What is as it should be is left alone, and what a migration or a
    /// person made as somebody else is put right: repeat it whenever the doctor says so. `finished` is called as each
    /// tenant is done, with what PostgreSQL said if it failed.
    ///
    /// Waits, tenant by tenant and up to 10 s, for a migration that is under way, and as long for sessions that are pinned
    /// to it.
    ///
    /// # Errors
    ///
    /// [`Error::RolesRefused`]; [`Error::UnknownTenant`] for one of `only`. Failures of single tenants are passed to
    /// `finished` and returned in number.
    pub fn apply(
        &self,
        only: &[TenantSlug],
        mut finished: impl FnMut(&TenantSlug, Result<(), &Error>),
    ) -> Result<usize, Error> {
        self.establish()?;
        let registry = Registry::new(self.context);
        let all = match only {
            [] => registry.list(&ListTenants::default())?,
            some => some.iter().map(|slug| registry.find_by_slug(slug)).collect::<Result<_, _>>()?,
        };
        self.adopt_template()?;
        let mut failed = 0;
        for tenant in all {
            let result = self.adopt(&tenant);
            failed += usize::from(result.is_err());
            finished(&tenant.slug, result.as_ref().map(|_| ()));
        }
        Ok(failed)
    }

    fn adopt_template(&self) -> Result<(), Error> {
        let template = self.context.naming.template();
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE).script(&locks::template_shared(template));
            conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the template"))?;
            conn.batch_execute(ownership::adopt(template).as_str())
                .map_err(Error::query("give the template to the owner of the tenants' schemas"))
        })
    }

    /// One tenant, when no session is pinned to it; the next pin acts as the role.
    fn adopt(&self, tenant: &Tenant) -> Result<(), Error> {
        let mut conn = self.context.operation()?;
        let adopted = conn.transaction(|conn| adopt_in(conn, tenant));
        self.context.directory.forget(&tenant.slug);
        adopted
    }
}

fn adopt_in(conn: &mut PgConnection, tenant: &Tenant) -> Result<(), Error> {
    // A session that is pinned acts as the login, and would lose its tables under its hands.
    let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
    conn.batch_execute(wait.as_str())
        .map_err(Error::query("wait until no session is pinned to the tenant"))?;
    let row: Option<TenantRow> = tenants::table
        .find(tenant.id.as_uuid())
        .select(TenantRow::as_select())
        .first(conn)
        .optional()
        .map_err(Error::query("read the tenant's row"))?;
    // Dropped meanwhile.
    let Some(now) = row else { return Ok(()) };
    let Placement::Schema { schema } = Tenant::try_from(now)?.placement else { return Ok(()) };
    let adopt = ownership::adopt(&schema);
    conn.batch_execute(adopt.as_str()).map_err(Error::query("give the schema to the owner"))?;
    let made: Made = sql_query(ownership::make_role(tenant.id).as_str())
        .get_result(conn)
        .map_err(Error::query("make the tenant's role"))?;
    // Not as the owner of all: the schema may have one of its own.
    let grant = ownership::of(&schema).script(&ownership::grant(&schema, &made.role));
    conn.batch_execute(grant.as_str()).map_err(Error::query("grant the tenant's role its rights"))
}
