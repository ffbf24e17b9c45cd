use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_core::blueprint::Blueprint;
use tenancy_core::isolation::TenantRoles;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::Provisioner;
use crate::blueprint::{CaptureError, Fingerprint};
use crate::bookkeeping;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::structure::{Reader, Subject};

/// How often a template is read anew because it changed under a clone of it.
const ATTEMPTS: usize = 3;

/// Where a clone that is not proved ends.
const BEFORE_THE_CLONE: &str = "tenancy_clone";

/// What a clone was made from.
pub(super) struct Cloned {
    /// The template as it was.
    pub(super) fingerprint: Fingerprint,
    /// Whether it has a bookkeeping of migrations.
    pub(super) is_recorded: bool,
}

impl Provisioner<'_> {
    /// Makes `schema` from the template, for a tenant whose `role` stands, and goes back to the login. `recorded` is run
    /// behind it where the template has a bookkeeping of migrations. The caller holds the template's lock, shared, in a
    /// transaction.
    pub(super) fn clone_template(
        &self,
        conn: &mut PgConnection,
        schema: &SchemaName,
        role: Option<&str>,
        recorded: &Script,
    ) -> Result<Cloned, Error> {
        let grants = match role {
            Some(role) => ownership::grant(schema, role),
            None if self.context.roles == TenantRoles::On => return Err(Error::NoRoles),
            None => Script::default(),
        };
        // What the proof compares with is the template as it is now, so what is remembered of it need not be: asking
        // first whether it changed would cost as much as the proof.
        let remembered = self.context.blueprints.remembered(self.context.naming.template());
        let (mut fingerprint, mut blueprint) = match remembered.filter(|_| self.prove_clones) {
            Some(remembered) => remembered,
            None => self.blueprint(conn, role.is_some())?,
        };
        for _ in 0..ATTEMPTS {
            let path = self.context.shared.search_path(schema);
            let mut clone = blueprint.render_granting(schema, &path, &grants);
            let is_recorded = blueprint.copies_rows_of(bookkeeping::TABLE);
            if is_recorded {
                clone = clone.sql("\n").script(recorded);
            }
            let cloned = Cloned { fingerprint, is_recorded };
            if !self.prove_clones {
                clone = clone.sql(ownership::AS_LOGIN);
                conn.batch_execute(clone.as_str()).map_err(Error::query("clone the template"))?;
                return Ok(cloned);
            }
            let Err(refused) = self.run_and_prove(conn, &clone, schema, role) else { return Ok(cloned) };
            // Either the clone is wrong, or the template is another by now.
            let undo = Script::new("ROLLBACK TO SAVEPOINT ").sql(BEFORE_THE_CLONE);
            if conn.batch_execute(undo.as_str()).is_err() {
                return Err(refused);
            }
            let now = self.blueprint(conn, role.is_some())?;
            if Arc::ptr_eq(&now.1, &blueprint) {
                return Err(refused);
            }
            (fingerprint, blueprint) = now;
        }
        Err(CaptureError::Changing { template: self.context.naming.template().clone() }.into())
    }

    /// Runs the script, and compares what it made with the template. The path and a few settings of the planner stay set
    /// for the rest of the transaction.
    fn run_and_prove(
        &self,
        conn: &mut PgConnection,
        clone: &Script,
        schema: &SchemaName,
        role: Option<&str>,
    ) -> Result<(), Error> {
        let script = Script::new("SAVEPOINT ")
            .sql(BEFORE_THE_CLONE)
            .sql(";\n")
            .script(clone)
            .script(&Reader::settings());
        conn.batch_execute(script.as_str()).map_err(Error::query("clone the template"))?;
        let mut reader = self.context.reader.get();
        let template = Subject::of(self.context.naming.template());
        let differences = reader.compare(conn, template, Subject { schema, role })?;
        self.context.reader.keep(reader);
        if !differences.is_empty() {
            return Err(Error::CloneDiffers { schema: schema.clone(), differences });
        }
        conn.batch_execute(ownership::AS_LOGIN).map_err(Error::query("act as the login again"))
    }

    /// The template as it is now. Where schemas belong to an owner role (`owned`), somebody may have changed the template
    /// by hand as another login: that is given to the owner first, if ours may do so.
    pub(super) fn blueprint(
        &self,
        conn: &mut PgConnection,
        owned: bool,
    ) -> Result<(Fingerprint, Arc<Blueprint>), Error> {
        let template = self.context.naming.template();
        let refused = match self.context.blueprints.current(conn, template) {
            Err(refused @ CaptureError::CannotCarry(_)) if owned => refused,
            captured => return Ok(captured?),
        };
        let adopt = Script::new(ownership::AS_LOGIN)
            .script(&locks::adopting(template))
            .script(&ownership::adopt(template))
            .script(&ownership::of(template));
        // In a savepoint: what the clone would lose says more than who may not change it.
        match conn.transaction(|conn| conn.batch_execute(adopt.as_str())) {
            Ok(()) => Ok(self.context.blueprints.current(conn, template)?),
            Err(_) => Err(refused.into()),
        }
    }
}
