use std::fmt;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Oid, Text};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl};
use tenancy_core::name::{Literal, SchemaName};

use super::CaptureError;

/// What a schema looks like, as one number: it changes with everything that a capture would read.
///
/// It is made of the versions (`xmin`) of the catalogue rows that belong to the schema, so it also changes when
/// something is altered and altered back, and after REFRESH MATERIALIZED VIEW or TRUNCATE. It does not change
/// when rows are written, by ANALYZE or VACUUM, or by a transaction that was rolled back. It says nothing about
/// what lies outside of the schema, such as a role that was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    namespace: u32,
    hash: String,
}

impl Fingerprint {
    /// The OID of the schema.
    pub(super) fn namespace(&self) -> u32 {
        self.namespace
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.namespace, self.hash)
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    namespace: u32,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// Takes the fingerprint of `template` in one query, which reads by indexes only: its cost grows with the
/// template and not with the number of tenants.
///
/// # Errors
///
/// [`CaptureError::NoTemplate`] when there is no such schema; [`CaptureError::Query`].
pub fn fingerprint(conn: &mut PgConnection, template: &SchemaName) -> Result<Fingerprint, CaptureError> {
    // A literal, not a parameter: with a parameter PostgreSQL would plan the query anew, five times over.
    let sql = include_str!("fingerprint.sql").replace("$1", &Literal::new(template.as_str()).to_string());
    let row = diesel::sql_query(sql)
        .get_result::<Row>(conn)
        .optional()
        .map_err(|source| CaptureError::Query { doing: "take the fingerprint of the template", source })?
        .ok_or_else(|| CaptureError::NoTemplate { template: template.clone() })?;
    Ok(Fingerprint { namespace: row.namespace, hash: row.hash })
}
