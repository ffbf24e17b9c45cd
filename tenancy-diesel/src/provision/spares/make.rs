use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::isolation::TenantRoles;
use tenancy_core::name::{Ident, SchemaName};
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::claim::made_of;
use crate::blueprint::{CaptureError, fingerprint};
use crate::bookkeeping;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::provision::Provisioner;
use crate::provision::origin::Origin;
use crate::provision::retarget::naming;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    schema_name: String,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    role: String,
}

/// The rows of the seeds are compared with those that were there before any was copied.
const RESERVE: &str = "INSERT INTO tenancy.spares (template, seeds) VALUES ($1, tenancy.seeds_state($1)) \
    RETURNING id, schema_name";

const DESCRIBE: &str = "UPDATE tenancy.spares SET role_name = $2, fingerprint = $3, \
    state = $4 || ' ' || tenancy.template_state(template), recorded = $5, programs = $6, version = $7 WHERE id = $1";

impl Provisioner<'_> {
    /// Makes a spare, in a transaction: all of it, or nothing. `lock` takes the template lock.
    pub(super) fn make_spare(&self, conn: &mut PgConnection, lock: &Script) -> Result<(), Error> {
        let template = self.context.naming.template();
        let wait = Script::new(locks::PATIENCE).script(lock);
        conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the template"))?;
        let row: Row = sql_query(RESERVE)
            .bind::<Text, _>(template.as_str())
            .get_result(conn)
            .map_err(Error::query("reserve a spare"))?;
        let (id, schema) = (TenantId::from_uuid(row.id), SchemaName::parse(&row.schema_name)?);
        let made: Option<Made> = sql_query(ownership::make_spare_role(id).as_str())
            .get_result(conn)
            .optional()
            .map_err(Error::query("make the role of a spare"))?;
        let role = made.map(|made| made.role);
        if role.is_none() && self.context.roles == TenantRoles::On {
            return Err(Error::NoRoles);
        }
        let recorded = match &role {
            Some(role) => bookkeeping::close_to(&schema, Ident::new(role)),
            None => Script::default(),
        };
        let origin = Origin::Template(template);
        // Asks whether the template changed: the fingerprint that is written down must be that of today.
        self.blueprint(conn, origin, role.is_some())?;
        let cloned = self.clone_schema(conn, origin, &schema, role.as_deref(), &recorded)?;
        let version = if cloned.is_recorded { version(conn, &schema)? } else { None };
        let programs = naming(conn, &schema)?;
        sql_query(DESCRIBE)
            .bind::<SqlUuid, _>(row.id)
            .bind::<Nullable<Text>, _>(&role)
            .bind::<Text, _>(made_of(&cloned.fingerprint.to_string()))
            .bind::<Text, _>(super::MADE_BY)
            .bind::<Bool, _>(cloned.is_recorded)
            .bind::<Array<Oid>, _>(programs)
            .bind::<Nullable<Text>, _>(version)
            .execute(conn)
            .map_err(Error::query("describe the spare"))?;
        // What was written down is of the template as it is now only if nobody changed it by hand meanwhile.
        if fingerprint(conn, template)? != cloned.fingerprint {
            return Err(CaptureError::Changing { template: template.clone() }.into());
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = Nullable<Text>)]
    version: Option<String>,
}

/// The newest migration in the schema.
fn version(conn: &mut PgConnection, schema: &SchemaName) -> Result<Option<String>, Error> {
    let asked = || Error::query("read the spare's version");
    conn.batch_execute(ownership::of(schema).as_str()).map_err(asked())?;
    let newest: Newest = sql_query(bookkeeping::newest(schema).as_str()).get_result(conn).map_err(asked())?;
    conn.batch_execute(ownership::AS_LOGIN).map_err(asked())?;
    Ok(newest.version)
}
