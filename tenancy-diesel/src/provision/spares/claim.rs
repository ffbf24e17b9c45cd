use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::name::{NameError, SchemaName};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::MADE_BY;
use crate::blueprint::fingerprint;
use crate::bookkeeping;
use crate::error::Error;
use crate::ownership;
use crate::provision::Provisioner;
use crate::provision::retarget::{Doubts, Programs, retarget};

/// A spare that is a sign-up's until the end of its transaction; rolled back, it is a spare again.
pub(in crate::provision) struct Claimed {
    /// The id of the tenant.
    pub(in crate::provision) id: TenantId,
    schema: SchemaName,
    /// Whether it has a bookkeeping of migrations.
    recorded: bool,
    /// The functions in which it is named as text.
    programs: Vec<u32>,
}

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    seeds: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    schema_name: String,
    #[diesel(sql_type = Bool)]
    recorded: bool,
    #[diesel(sql_type = Array<Oid>)]
    programs: Vec<u32>,
}

/// What the template's bookkeeping says now, and which rows its seeds have; no row without spares.
const STATE: &str = "SELECT tenancy.template_state($1) AS state, tenancy.seeds_state($1) AS seeds \
    WHERE EXISTS (SELECT FROM tenancy.spares WHERE template = $1 AND NOT dropping)";

/// The oldest spare of the template as it is now that nobody else is taking. Its schema or its role may have been dropped
/// by hand; then it is none.
const CLAIM: &str = "\
DELETE FROM tenancy.spares WHERE id = ( \
SELECT s.id FROM tenancy.spares s \
WHERE s.template = $1 AND NOT s.dropping AND s.state IS NOT DISTINCT FROM $2 AND ($2 IS NOT NULL OR s.fingerprint = $3) \
AND s.seeds IS NOT DISTINCT FROM $4 \
AND EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = s.schema_name::name) \
AND EXISTS (SELECT FROM tenancy.installation) = EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = s.role_name::name) \
ORDER BY s.created_at, s.id LIMIT 1 FOR UPDATE SKIP LOCKED) \
RETURNING id, schema_name, recorded, programs";

impl Provisioner<'_> {
    /// Takes a spare of the template as it is now, if there is one. The caller holds the template's lock, shared: no
    /// migration of the template comes in between.
    ///
    /// What the template is like is told by its bookkeeping of migrations, which costs the same for every template. One
    /// without migrations, which is changed by hand, is compared whole. So are the rows of the seeds, by their versions.
    pub(in crate::provision) fn claim_spare(
        &self,
        conn: &mut PgConnection,
    ) -> Result<Option<Claimed>, Error> {
        let template = self.context.naming.template();
        let state: Option<State> = sql_query(STATE)
            .bind::<Text, _>(template.as_str())
            .get_result(conn)
            .optional()
            .map_err(Error::query("look for a spare"))?;
        let Some(State { state, seeds }) = state else { return Ok(None) };
        let whole = match &state {
            Some(_) => None,
            None => Some(made_of(&fingerprint(conn, template)?.to_string())),
        };
        let row: Option<Row> = sql_query(CLAIM)
            .bind::<Text, _>(template.as_str())
            .bind::<Nullable<Text>, _>(state.as_deref().map(made_of))
            .bind::<Nullable<Text>, _>(whole)
            .bind::<Nullable<Text>, _>(seeds)
            .get_result(conn)
            .optional()
            .map_err(Error::query("take a spare"))?;
        row.map(|row| {
            let corrupt = |error: NameError| Error::Registry {
                slug: row.schema_name.clone(),
                reason: error.to_string(),
            };
            Ok(Claimed {
                id: TenantId::from_uuid(row.id),
                schema: SchemaName::parse(&row.schema_name).map_err(corrupt)?,
                recorded: row.recorded,
                programs: row.programs,
            })
        })
        .transpose()
    }
}

impl Claimed {
    /// Makes it the schema of the tenant whose row stands, and goes back to the login.
    pub(in crate::provision) fn become_tenants(
        &self,
        conn: &mut PgConnection,
        schema: &SchemaName,
    ) -> Result<(), Error> {
        let mut sql = ownership::of(&self.schema)
            .sql("ALTER SCHEMA ")
            .schema(&self.schema)
            .sql(" RENAME TO ")
            .schema(schema)
            .sql(";\n");
        if self.recorded {
            sql = sql.script(&bookkeeping::record(schema, self.id));
        }
        let given = || Error::query("give the spare to the tenant");
        if self.programs.is_empty() {
            return conn.batch_execute(sql.sql(ownership::AS_LOGIN).as_str()).map_err(given());
        }
        conn.batch_execute(sql.as_str()).map_err(given())?;
        retarget(conn, &self.schema, schema, Programs::These(&self.programs), Doubts::Refuse)?;
        conn.batch_execute(ownership::AS_LOGIN).map_err(given())
    }
}

/// What is recorded of a template's state.
pub(super) fn made_of(state: &str) -> String {
    format!("{MADE_BY} {state}")
}
