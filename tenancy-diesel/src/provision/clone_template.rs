use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_core::blueprint::Blueprint;
use tenancy_core::isolation::TenantRoles;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

use super::Provisioner;
use crate::blueprint::CaptureError;
use crate::bookkeeping;
use crate::error::Error;
use crate::locks;
use crate::ownership;

impl Provisioner<'_> {
    /// Makes `schema` from the template, for a tenant whose registry row and `role` stand, and goes back to the login.
    /// The caller holds the template's lock, shared, in a transaction.
    pub(super) fn clone_template(
        &self,
        conn: &mut PgConnection,
        id: TenantId,
        schema: &SchemaName,
        role: Option<&str>,
    ) -> Result<(), Error> {
        let grants = match role {
            Some(role) => ownership::grant(schema, role),
            None if self.context.roles == TenantRoles::On => return Err(Error::NoRoles),
            None => Script::default(),
        };
        let blueprint = self.blueprint(conn, role.is_some())?;
        let path = self.context.shared.search_path(schema);
        let mut clone = blueprint.render_granting(schema, &path, &grants);
        if blueprint.copies_rows_of(bookkeeping::TABLE) {
            clone = clone
                .sql("\n")
                .script(&bookkeeping::record(schema, id))
                .script(&ownership::close_bookkeeping(schema));
        }
        clone = clone.sql(ownership::AS_LOGIN);
        conn.batch_execute(clone.as_str()).map_err(Error::query("clone the template"))?;
        Ok(())
    }

    /// The template as it is now. Where schemas belong to an owner role (`owned`), somebody may have changed the template
    /// by hand as another login: that is given to the owner first, if ours may do so.
    fn blueprint(&self, conn: &mut PgConnection, owned: bool) -> Result<Arc<Blueprint>, Error> {
        let template = self.context.naming.template();
        let refused = match self.context.blueprints.get(conn, template) {
            Err(refused @ CaptureError::CannotCarry(_)) if owned => refused,
            captured => return Ok(captured?),
        };
        let adopt = Script::new(ownership::AS_LOGIN)
            .script(&locks::adopting(template))
            .script(&ownership::adopt(template))
            .script(&ownership::of(template));
        // In a savepoint: what the clone would lose says more than who may not change it.
        match conn.transaction(|conn| conn.batch_execute(adopt.as_str())) {
            Ok(()) => Ok(self.context.blueprints.get(conn, template)?),
            Err(_) => Err(refused.into()),
        }
    }
}
