use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::isolation::TenantRoles;
use tenancy_core::name::{NameError, SchemaName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantId, TenantStatus};
use uuid::Uuid;

use super::behind_template::behind_template;
use super::origin::Origin;
use super::room::Room;
use super::spares::Claimed;
use super::{NewTenant, Provisioner};
use crate::bookkeeping;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::TenantRow;
use crate::registry::schema::tenants;

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    role: String,
}

impl Provisioner<'_> {
    /// Creates a tenant: its registry row and its schema, in one transaction. The schema is a spare
    /// ([`Spares`](crate::Spares)) if there is one of the template as it is now, or else cloned from the template. When
    /// this returns, the tenant is active; when it fails, or the process dies on the way, nothing remains.
    ///
    /// Blocks for a dozen round trips, PostgreSQL's catalogue work (with a spare, that of a rename), and up to 10 s for a
    /// migration of the
    /// template that is under way.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyExists`] when the slug is taken, also by a sign-up at the same moment;
    /// [`Error::SchemaTaken`] when a schema of that name exists; [`Error::Capture`] when the template is
    /// missing or holds what cannot be cloned; [`Error::CloneDiffers`] when the clone is not what the template is;
    /// [`Error::OutOfLocks`]; [`Error::NotInitialized`]; [`Error::NoRoles`] when tenants are to
    /// have roles and this database was set up without.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tenancy_diesel::Error> {
    /// # let tenancy = tenancy_diesel::Tenancy::builder().database_url("").build()?;
    /// use tenancy_diesel::NewTenant;
    /// let acme = tenancy.provisioner().create(&NewTenant::new("acme".parse()?).name("Acme, Inc."))?;
    /// assert_eq!(acme.slug.as_str(), "acme");
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, new: &NewTenant) -> Result<Tenant, Error> {
        self.schema_of(&new.slug)?;
        self.create_on(&mut *self.context.operation()?, new)
    }

    /// The same on a connection of the caller's.
    pub(super) fn create_on(&self, conn: &mut PgConnection, new: &NewTenant) -> Result<Tenant, Error> {
        let schema = self.schema_of(&new.slug)?;
        let created = behind_template(conn, self.context.naming.template(), |conn, lock| {
            conn.transaction(|conn| self.create_in(conn, new, &schema, lock))
        });
        // Others need a spare soon, or it was the last one.
        self.context.refill.wake();
        created.map_err(|error| Room::explain(conn, self.context.naming.template(), error))
    }

    /// The schema that a new tenant of this slug will have.
    pub(super) fn schema_of(&self, slug: &TenantSlug) -> Result<SchemaName, Error> {
        let schema = self.context.naming.schema_for(slug)?;
        // Without a prefix a slug could be the name of a shared schema that is not there yet.
        if self.context.shared.names().any(|shared| shared == schema.as_str()) {
            return Err(NameError::Reserved { name: slug.to_string() }.into());
        }
        Ok(schema)
    }

    fn create_in(
        &self,
        conn: &mut PgConnection,
        new: &NewTenant,
        schema: &SchemaName,
        lock: &Script,
    ) -> Result<Tenant, Error> {
        let template = self.context.naming.template();
        // The template first: whoever waits for the slug is in nobody's way then who migrates the template.
        let wait = Script::new(locks::PATIENCE).script(lock).script(&locks::signing_up(&new.slug));
        conn.batch_execute(wait.as_str())
            .map_err(Error::query("wait for a sign-up of that name, and for the template"))?;
        let spare = self.claim_spare(conn)?;
        self.settle(conn, new, schema, Origin::Template(template), spare)
    }

    /// Makes the tenant, behind the locks of its slug and of its origin: of a spare, if there is one.
    pub(super) fn settle(
        &self,
        conn: &mut PgConnection,
        new: &NewTenant,
        schema: &SchemaName,
        origin: Origin<'_>,
        spare: Option<Claimed>,
    ) -> Result<Tenant, Error> {
        let id = reserve(conn, new, schema, spare.as_ref().map(|spare| spare.id))?;
        refuse_existing_schema(conn, schema)?;
        let role = make_role(conn, id)?;
        if role.is_none() && self.context.roles == TenantRoles::On {
            return Err(Error::NoRoles);
        }
        if let Origin::Tenant { slug, role: None, .. } = origin
            && role.is_some()
        {
            let reason = format!("it has no role yet: `tenancy roles --apply --only {slug}`");
            return Err(Error::CannotClone { slug: slug.clone(), reason });
        }
        match &spare {
            Some(spare) => spare.become_tenants(conn, schema)?,
            None => {
                let recorded = bookkeeping::record(schema, id).script(&ownership::close_bookkeeping(schema));
                self.clone_schema(conn, origin, schema, role.as_deref(), &recorded)?;
            }
        }
        let row: TenantRow = diesel::update(tenants::table.find(id.as_uuid()))
            .set(tenants::status.eq(TenantStatus::Active.as_str()))
            .returning(TenantRow::as_returning())
            .get_result(conn)
            .map_err(Error::query("activate the tenant"))?;
        row.try_into()
    }
}

/// Inserts the row, with `id` if there is one, or waits for whoever is inserting the same slug: if that one commits, the slug is taken; if
/// it rolls back, it is ours.
fn reserve(
    conn: &mut PgConnection,
    new: &NewTenant,
    schema: &SchemaName,
    id: Option<TenantId>,
) -> Result<TenantId, Error> {
    let id: Option<Uuid> = diesel::insert_into(tenants::table)
        .values((
            // PostgreSQL makes one unless a spare brings it along.
            id.map(|id| tenants::id.eq(id.as_uuid())),
            tenants::slug.eq(new.slug.as_str()),
            tenants::name.eq(&new.name),
            tenants::status.eq(TenantStatus::Provisioning.as_str()),
            tenants::placement.eq("schema"),
            tenants::schema_name.eq(schema.as_str()),
            tenants::plan.eq(&new.plan),
            tenants::settings.eq(&new.settings),
        ))
        .on_conflict(tenants::slug)
        .do_nothing()
        .returning(tenants::id)
        .get_result(conn)
        .optional()
        .map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                taken(&new.slug, schema, info.constraint_name())
            }
            error => Error::query("reserve the slug")(error),
        })?;
    id.map(TenantId::from_uuid).ok_or_else(|| Error::AlreadyExists(new.slug.clone()))
}

/// Makes the tenant's role, if this installation has roles; from here until the end of the transaction the session acts
/// as the owner of the schemas then.
fn make_role(conn: &mut PgConnection, tenant: TenantId) -> Result<Option<String>, Error> {
    let made: Option<Made> = sql_query(ownership::make_role(tenant).as_str())
        .get_result(conn)
        .optional()
        .map_err(Error::query("make the tenant's role"))?;
    Ok(made.map(|made| made.role))
}

pub(super) fn refuse_existing_schema(conn: &mut PgConnection, schema: &SchemaName) -> Result<(), Error> {
    if schema_exists(conn, schema)? { Err(Error::SchemaTaken(schema.clone())) } else { Ok(()) }
}

pub(super) fn schema_exists(conn: &mut PgConnection, schema: &SchemaName) -> Result<bool, Error> {
    let row: Taken = sql_query("SELECT pg_catalog.to_regnamespace($1) IS NOT NULL AS taken")
        .bind::<Text, _>(Script::default().schema(schema).as_str())
        .get_result(conn)
        .map_err(Error::query("look for a schema of that name"))?;
    Ok(row.taken)
}

/// A row of another tenant that is in the way: by its slug, or by its schema.
pub(super) fn taken(slug: &TenantSlug, schema: &SchemaName, constraint: Option<&str>) -> Error {
    match constraint {
        Some("tenants_schema_name_key") => Error::SchemaTaken(schema.clone()),
        _ => Error::AlreadyExists(slug.clone()),
    }
}
