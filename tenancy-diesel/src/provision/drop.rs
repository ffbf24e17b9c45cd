use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tenancy_core::dismantle::{Batch, LockBudget};
use tenancy_core::isolation::PlanError;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantStatus};

use super::Provisioner;
use super::behind_template::await_migration;
use super::dismantle::{Survey, batches};

use crate::error::{Error, is_out_of_locks};
use crate::locks;
use crate::ownership;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

/// How far the first transaction of a drop came.
enum Begun {
    /// The tenant is gone.
    Done(Tenant),
    /// It is no longer served, and its schema is too large for one transaction.
    Large(Tenant, SchemaName),
}

impl Provisioner<'_> {
    /// Drops a tenant: its schema with everything in it, its role, a login of its own, and its registry row. Returns the
    /// row as it was. A schema that is already gone is no error.
    ///
    /// In one transaction, unless the schema holds more objects than one transaction should lock (a quarter of
    /// `max_locks_per_transaction * max_connections`). The tenant then becomes [`TenantStatus::Dropping`], which is
    /// committed: it is not served any more. Its objects are dropped in several transactions, and the rest in the last one,
    /// which also makes the slug free. A drop that ends half-way, in whatever way, is continued by the next.
    ///
    /// Waits up to 10 s for a migration of the tenant, and as long for sessions that are pinned to it.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::StillNeeded`] when something outside the schema would be dropped along;
    /// [`Error::Plan`] for a placement other than a schema; [`Error::Query`] when the tenant is in use for longer than
    /// that. Nothing is changed then. [`Error::DropUnfinished`] when some of it is gone and something kept the rest from
    /// being dropped.
    pub fn drop(&self, slug: &TenantSlug) -> Result<Tenant, Error> {
        let tenant = Registry::new(self.context).find_by_slug(slug)?;
        let mut conn = self.context.operation()?;
        await_migration(&mut conn, &locks::try_migrating(tenant.id), &locks::migrating_locally(tenant.id))?;
        let begun = conn.transaction(|conn| begin(conn, &tenant))?;
        self.context.directory.forget(slug);
        let dropped = match begun {
            Begun::Done(dropped) => dropped,
            Begun::Large(tenant, schema) => {
                take_apart(&mut conn, &tenant, &schema).map_err(|source| Error::DropUnfinished {
                    slug: tenant.slug.clone(),
                    schema,
                    source: Box::new(source),
                })?;
                tenant
            }
        };
        if let Some(login) = &dropped.login {
            self.context.forget_login(login);
        }
        Ok(dropped)
    }
}

/// Drops what fits, or takes the tenant out of service.
fn begin(conn: &mut PgConnection, tenant: &Tenant) -> Result<Begun, Error> {
    wait(conn, tenant)?;
    // Read it again behind the lock: it may have been renamed while we waited.
    let row: TenantRow = tenants::table
        .find(tenant.id.as_uuid())
        .select(TenantRow::as_select())
        .for_update()
        .first(conn)
        .optional()
        .map_err(Error::query("read the tenant's row"))?
        .ok_or_else(|| Error::UnknownTenant(tenant.slug.to_string()))?;
    let tenant: Tenant = row.try_into()?;
    let Placement::Schema { schema } = &tenant.placement else {
        // A schema of that name in this database would be somebody else's.
        let (slug, placement) = (tenant.slug.clone(), tenant.placement.kind());
        return Err(PlanError::PlacementNotAvailable { slug, placement }.into());
    };
    if Survey::of(conn, schema)?.fits() {
        drop_rest(conn, &tenant, schema)?;
        return Ok(Begun::Done(tenant));
    }
    // Until the gate: another drop of the same tenant would be in the way between the transactions.
    conn.batch_execute(locks::migrating(tenant.id).as_str()).map_err(Error::query("lock the tenant"))?;
    diesel::update(tenants::table.find(tenant.id.as_uuid()))
        .set(tenants::status.eq(TenantStatus::Dropping.as_str()))
        .execute(conn)
        .map_err(Error::query("take the tenant out of service"))?;
    let schema = schema.clone();
    Ok(Begun::Large(tenant, schema))
}

/// Drops a schema's objects in transactions of bounded size, and then the rest.
fn take_apart(conn: &mut PgConnection, tenant: &Tenant, schema: &SchemaName) -> Result<(), Error> {
    take_apart_with(conn, schema, &locks::tenant_exclusive(tenant.id))?;
    conn.transaction(|conn| {
        wait(conn, tenant)?;
        Survey::of(conn, schema)?;
        drop_rest(conn, tenant, schema)
    })
}

/// Drops the objects of a schema in transactions of bounded size, each behind `lock`. What is left fits into one.
pub(super) fn take_apart_with(
    conn: &mut PgConnection,
    schema: &SchemaName,
    lock: &Script,
) -> Result<(), Error> {
    let (budget, batches) = conn.transaction(|conn| {
        let budget = Survey::of(conn, schema)?.budget;
        Ok::<_, Error>((budget, batches(conn, schema, budget)?))
    })?;
    for batch in batches {
        let sql =
            Script::new(locks::PATIENCE).script(lock).script(&ownership::of(schema)).script(&batch.script);
        conn.transaction(|conn| {
            // Whatever came to need the schema meanwhile must not go along.
            Survey::of(conn, schema)?;
            conn.batch_execute(sql.as_str()).map_err(|source| failed(source, &batch, budget))
        })?;
    }
    Ok(())
}

/// What PostgreSQL has against a batch.
fn failed(source: DieselError, batch: &Batch, budget: LockBudget) -> Error {
    let doing = "drop some of the schema's objects";
    if is_out_of_locks(&source) {
        let (needed, slots, remedy) = (batch.locks, budget.slots(), budget.remedy(batch.locks));
        return Error::OutOfLocks { doing, needed, slots, remedy };
    }
    Error::Query { doing, source }
}

/// Waits until nobody uses the tenant.
fn wait(conn: &mut PgConnection, tenant: &Tenant) -> Result<(), Error> {
    let wait = Script::new(locks::PATIENCE).script(&locks::tenant_exclusive(tenant.id));
    conn.batch_execute(wait.as_str()).map_err(Error::query("wait until no session is pinned to the tenant"))
}

/// Drops the schema with everything in it, the role, the login and the row.
fn drop_rest(conn: &mut PgConnection, tenant: &Tenant, schema: &SchemaName) -> Result<(), Error> {
    diesel::delete(tenants::table.find(tenant.id.as_uuid()))
        .execute(conn)
        .map_err(Error::query("delete the tenant's row"))?;
    drop_schema(conn, schema)?;
    if let Some(role) = &tenant.role {
        let sql = ownership::drop_role(role.as_str());
        conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's role"))?;
    }
    if let Some(login) = &tenant.login {
        let sql = ownership::drop_login(login.as_str());
        conn.batch_execute(sql.as_str()).map_err(Error::query("drop the tenant's login"))?;
    }
    Ok(())
}

/// Drops a schema with everything in it, and goes back to the login. A [`Survey`] found that nothing outside goes along.
pub(super) fn drop_schema(conn: &mut PgConnection, schema: &SchemaName) -> Result<(), Error> {
    let sql = ownership::of(schema)
        .sql("DROP SCHEMA IF EXISTS ")
        .schema(schema)
        .sql(" CASCADE;\n")
        .sql(ownership::AS_LOGIN);
    conn.batch_execute(sql.as_str()).map_err(Error::query("drop the schema"))
}
