use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_core::isolation::PlanError;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::placement::Placement;
use tenancy_core::script::Script;
use tenancy_core::tenant::{Tenant, TenantId, TenantStatus};

use super::behind_template::await_migration;
use super::origin::Origin;
use super::room::Room;
use super::{NewTenant, Provisioner, TenantCopy};
use crate::blueprint::{CaptureError, doubts};
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::schema::tenants;
use crate::registry::{Registry, TenantRow};

impl Provisioner<'_> {
    /// Creates a tenant from a tenant: its registry row and its schema, in one transaction. When this returns, the new
    /// tenant is active; when it fails, or the process dies on the way, nothing remains.
    ///
    /// The schema is that of `from` as it is, whatever the template is, with the record of its migrations, and, if that is
    /// asked for, with all of its data: from one snapshot, while others write to it. Triggers and rules do not fire,
    /// sequences go on where those of `from` stand, materialized views are refreshed, generated columns computed anew.
    /// Nothing in it refers to `from`, but what [`blueprint`](crate::blueprint) says about OIDs in rows. Without the data it
    /// has no rows but the record of migrations, not even those of [seeds](crate::Seeds).
    ///
    /// Plan and settings are those of `from`. It gets a role of its own, with the rights that every tenant's has; what was
    /// granted to the role of `from` is not granted to anybody. Limits and a login of its own it does not get: they are
    /// given to a tenant by hand, and its login might not be able to keep them.
    ///
    /// `from` may be active, suspended or archived, and is served all the while. It cannot be migrated, renamed or dropped
    /// until the clone is done, and as long its tables cannot be altered by hand. The data is copied by one statement
    /// inside the server, which takes as long as it takes: no limit applies.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for `from`; [`Error::CannotClone`] when it is being dropped, when functions in it name
    /// its schema so that reading cannot decide what they mean, or when it has no role although
    /// tenants have roles; [`Error::Capture`] when it holds what cannot be cloned; [`Error::RowsHidden`]; [`Error::OutOfLocks`];
    /// [`Error::Plan`] for a placement other than a schema; for the new one the errors of [`create`](Self::create).
    pub fn clone_tenant(&self, from: &TenantSlug, copy: &TenantCopy) -> Result<Tenant, Error> {
        let schema = self.schema_of(&copy.slug)?;
        let id = Registry::new(self.context).find_by_slug(from)?.id;
        let mut conn = self.context.operation()?;
        await_migration(&mut conn, &locks::try_migrating_shared(id), &locks::tenant_shared(id))?;
        let cloned = conn.transaction(|conn| {
            let wait = Script::new(locks::PATIENCE)
                .script(&locks::signing_up(&copy.slug))
                .script(&locks::tenant_shared(id));
            conn.batch_execute(wait.as_str()).map_err(Error::query(
                "wait for a sign-up of that name, and until the tenant is neither migrated nor dropped",
            ))?;
            // Read it again behind the locks.
            let source = read(conn, id)?.ok_or_else(|| Error::UnknownTenant(from.to_string()))?;
            self.clone_tenant_in(conn, &source, copy, &schema)
        });
        cloned.map_err(|error| match self.context.naming.schema_for(from) {
            Ok(from) => Room::explain(&mut conn, &from, error),
            Err(_) => error,
        })
    }

    fn clone_tenant_in(
        &self,
        conn: &mut PgConnection,
        source: &Tenant,
        copy: &TenantCopy,
        schema: &SchemaName,
    ) -> Result<Tenant, Error> {
        let slug = &source.slug;
        let from = match &source.placement {
            Placement::Schema { schema } => schema,
            other => {
                let placement = other.kind();
                return Err(PlanError::PlacementNotAvailable { slug: slug.clone(), placement }.into());
            }
        };
        let whole = [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Archived];
        if !whole.contains(&source.status) {
            let reason = format!("it is {}", source.status);
            return Err(Error::CannotClone { slug: slug.clone(), reason });
        }
        let new = NewTenant {
            slug: copy.slug.clone(),
            name: copy.name.clone(),
            plan: source.plan.clone(),
            settings: source.settings.clone(),
        };
        self.refuse_undecided(conn, slug, from)?;
        let role = source.role.as_ref();
        let origin = Origin::Tenant { slug, schema: from, role, with_data: copy.with_data };
        conn.batch_execute(ownership::borrow(from).as_str())
            .map_err(Error::query("act as the owner of the tenant's schema"))?;
        let tenant = self.settle(conn, &new, schema, origin, None).map_err(|error| match error {
            Error::Capture(CaptureError::NoTemplate { template: schema }) => {
                Error::SchemaMissing { slug: slug.clone(), schema }
            }
            error => error,
        })?;
        conn.batch_execute(ownership::give_back(from).as_str())
            .map_err(Error::query("give the tenant's schema back to its owner"))?;
        Ok(tenant)
    }

    /// Refuses a tenant whose functions name its schema so that nobody knows what they mean: in the clone they would reach
    /// into it. (Without a prefix the name may be any word, as for a rename.)
    pub(super) fn refuse_undecided(
        &self,
        conn: &mut PgConnection,
        slug: &TenantSlug,
        schema: &SchemaName,
    ) -> Result<(), Error> {
        if self.context.naming.prefix().is_empty() {
            return Ok(());
        }
        let undecided = doubts(conn, schema).map_err(Error::query("read the functions of the tenant"))?;
        if undecided.is_empty() {
            return Ok(());
        }
        let told: Vec<String> = undecided.iter().map(ToString::to_string).collect();
        let reason = format!("functions or texts in it name its schema: {}", told.join("; "));
        Err(Error::CannotClone { slug: slug.clone(), reason })
    }
}

/// The tenant's row as it is now.
pub(super) fn read(conn: &mut PgConnection, tenant: TenantId) -> Result<Option<Tenant>, Error> {
    let row: Option<TenantRow> = tenants::table
        .find(tenant.as_uuid())
        .select(TenantRow::as_select())
        .first(conn)
        .optional()
        .map_err(Error::query("read the tenant's row"))?;
    row.map(Tenant::try_from).transpose()
}
