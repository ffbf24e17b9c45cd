use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl as _, sql_query};
use tenancy_core::isolation::PlanError;
use tenancy_core::name::{RoleName, SchemaName};
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::{TenantId, TenantStatus};

use super::Provisioner;
use super::clone_tenant::read;
use super::create::{refuse_existing_schema, schema_exists};
use super::origin::Origin;
use super::room::Room;
use crate::blueprint::CaptureError;
use crate::error::Error;
use crate::locks;
use crate::ownership;

/// Whose schema a scratch schema is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tried<'a> {
    /// The template, which may not be there yet: then the scratch schema is empty, as it will be.
    Template(&'a SchemaName),
    /// A tenant.
    Tenant(TenantId),
}

/// A clone for as long as a transaction takes that is rolled back. It is nobody's: neither the registry nor any other
/// session knows of it.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// What it is called.
    pub(crate) schema: SchemaName,
    /// The role of the tenant that lives in the source.
    pub(crate) role: Option<RoleName>,
}

/// Longer than any slug, so that without a prefix no tenant's schema is called so either; the rest is random.
const NAME: &str = "SELECT 'tenancy_trial_of_migrations_' || \
    pg_catalog.replace(pg_catalog.gen_random_uuid()::pg_catalog.text, '-', '') AS name";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Provisioner<'_> {
    /// Clones what is tried into a schema that nobody else ever sees, in a transaction that the caller rolls back, and goes
    /// back to the login. The source is locked as by any clone, and waited for as long as the transaction's `lock_timeout`
    /// says. Settings of the session are changed until the end of the transaction.
    ///
    /// # Errors
    ///
    /// Those of [`clone_tenant`](Self::clone_tenant).
    pub(crate) fn scratch(
        &self,
        conn: &mut PgConnection,
        tried: Tried<'_>,
        with_data: bool,
    ) -> Result<Scratch, Error> {
        let Named { name } =
            sql_query(NAME).get_result(conn).map_err(Error::query("name the scratch schema"))?;
        let scratch = SchemaName::parse(&name)?;
        refuse_existing_schema(conn, &scratch)?;
        match tried {
            Tried::Template(template) => self.scratch_of_template(conn, template, scratch, with_data),
            Tried::Tenant(id) => self.scratch_of_tenant(conn, id, scratch, with_data),
        }
    }

    fn scratch_of_template(
        &self,
        conn: &mut PgConnection,
        template: &SchemaName,
        scratch: SchemaName,
        with_data: bool,
    ) -> Result<Scratch, Error> {
        conn.batch_execute(locks::template_shared(template).as_str())
            .map_err(Error::query("wait for a migration of the template"))?;
        if !schema_exists(conn, template)? {
            let empty = Script::new("SELECT tenancy.act_as_owner(NULL, true);\nCREATE SCHEMA ")
                .schema(&scratch)
                .sql(";\n")
                .sql(ownership::AS_LOGIN);
            conn.batch_execute(empty.as_str()).map_err(Error::query("make the scratch schema"))?;
        } else {
            conn.batch_execute(ownership::of_all_as(template).as_str())
                .map_err(Error::query("act as the owner of the template"))?;
            let origin = Origin::Trial { schema: template, role: None, with_data };
            self.clone_schema(conn, origin, &scratch, None, &Script::default())?;
        }
        Ok(Scratch { schema: scratch, role: None })
    }

    fn scratch_of_tenant(
        &self,
        conn: &mut PgConnection,
        id: TenantId,
        scratch: SchemaName,
        with_data: bool,
    ) -> Result<Scratch, Error> {
        conn.batch_execute(locks::tenant_shared(id).as_str())
            .map_err(Error::query("wait until the tenant is neither migrated nor dropped"))?;
        // It may have been renamed or dropped since it was listed.
        let source = read(conn, id)?.ok_or_else(|| Error::UnknownTenant(id.to_string()))?;
        if source.status == TenantStatus::Dropping {
            return Err(Error::Dropping(source.slug));
        }
        let from = match &source.placement {
            Placement::Schema { schema } => schema,
            other => {
                let placement = other.kind();
                return Err(PlanError::PlacementNotAvailable { slug: source.slug, placement }.into());
            }
        };
        self.refuse_undecided(conn, &source.slug, from)?;
        let enter = ownership::borrow(from).script(&ownership::of_all_as(from));
        conn.batch_execute(enter.as_str())
            .map_err(Error::query("act as the owner of the tenant's schema"))?;
        let role = source.role.as_ref();
        let origin = Origin::Trial { schema: from, role, with_data };
        let cloned =
            self.clone_schema(conn, origin, &scratch, role.map(RoleName::as_str), &Script::default());
        cloned.map_err(|error| match error {
            Error::Capture(CaptureError::NoTemplate { template: schema }) => {
                Error::SchemaMissing { slug: source.slug.clone(), schema }
            }
            error => error,
        })?;
        conn.batch_execute(ownership::give_back(from).as_str())
            .map_err(Error::query("give the tenant's schema back to its owner"))?;
        Ok(Scratch { schema: scratch, role: source.role })
    }

    /// `error`, unless the clone of `schema` found no room in the lock table: then how much it takes. In no transaction.
    pub(crate) fn explain(&self, conn: &mut PgConnection, schema: &SchemaName, error: Error) -> Error {
        Room::explain(conn, schema, error)
    }
}
