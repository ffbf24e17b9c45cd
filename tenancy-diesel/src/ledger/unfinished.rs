use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use tenancy_core::fleet::Subject;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::{Hold, gone};
use crate::error::Error;

/// A tenant of a run that is still to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// The number of its wave, from 0.
    pub(crate) wave: i32,
    /// Whether a failure of it ends the run.
    pub(crate) canary: bool,
    /// The tenant, as the registry has it now.
    pub(crate) subject: Subject,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    wave: i32,
    #[diesel(sql_type = Bool)]
    canary: bool,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Nullable<Text>)]
    home: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    applied: Option<Vec<String>>,
}

/// A tenant that is being dropped, or lives elsewhere, has no schema to migrate.
const UNFINISHED: &str = "SELECT r.tenant_id AS id, r.wave, r.canary, coalesce(t.slug, r.slug) AS slug, \
     t.schema_name AS home, t.migrations AS applied \
     FROM tenancy.run_tenants r LEFT JOIN tenancy.tenants t ON t.id OPERATOR(pg_catalog.=) r.tenant_id \
     AND t.placement OPERATOR(pg_catalog.=) 'schema' AND t.status OPERATOR(pg_catalog.<>) 'dropping' \
     WHERE r.run_id OPERATOR(pg_catalog.=) $1 AND r.state OPERATOR(pg_catalog.=) 'pending' ORDER BY r.wave, 4";

/// The tenants that are still to be done, wave after wave, in alphabetical order in each. Those that are gone are put on
/// record as such.
///
/// # Errors
///
/// [`Error::Registry`] names a row that cannot be read.
pub(crate) fn unfinished(conn: &mut PgConnection, hold: Hold) -> Result<Vec<Unfinished>, Error> {
    let rows: Vec<Row> = sql_query(UNFINISHED)
        .bind::<BigInt, _>(hold.id.0)
        .load(conn)
        .map_err(Error::query("read which tenants of the run are unfinished"))?;
    let mut missing = Vec::new();
    let mut unfinished = Vec::with_capacity(rows.len());
    for row in rows {
        let id = TenantId::from_uuid(row.id);
        let (Some(home), Some(applied)) = (row.home, row.applied) else {
            missing.push(id);
            continue;
        };
        let corrupt = |reason: String| Error::Registry { slug: row.slug.clone(), reason };
        let subject = Subject {
            id,
            slug: TenantSlug::parse(&row.slug).map_err(|error| corrupt(error.to_string()))?,
            schema: SchemaName::parse(&home).map_err(|error| corrupt(error.to_string()))?,
            applied,
        };
        unfinished.push(Unfinished { wave: row.wave, canary: row.canary, subject });
    }
    if !missing.is_empty() {
        gone(conn, hold, &missing)?;
    }
    Ok(unfinished)
}
