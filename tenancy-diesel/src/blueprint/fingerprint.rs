use std::fmt;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Oid, Text};
use diesel::{OptionalExtension, PgConnection, QueryResult, RunQueryDsl};
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

/// The query. Unlike `diesel::sql_query` it is prepared once per connection, which saves a round trip.
struct Query(String);

impl QueryFragment<Pg> for Query {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(&self.0);
        Ok(())
    }
}

impl QueryId for Query {
    type QueryId = ();
    // The text tells one template from another.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl diesel::query_builder::Query for Query {
    type SqlType = (Oid, Text);
}

impl RunQueryDsl<PgConnection> for Query {}

/// Takes the fingerprint of `template` in one query, which reads by indexes only: its cost grows with the
/// template and not with the number of tenants.
///
/// # Errors
///
/// [`CaptureError::NoTemplate`] when there is no such schema; [`CaptureError::Query`].
pub fn fingerprint(conn: &mut PgConnection, template: &SchemaName) -> Result<Fingerprint, CaptureError> {
    // A literal, not a parameter: with a parameter PostgreSQL would plan the query anew, five times over.
    let sql = include_str!("fingerprint.sql").replace("$1", &Literal::new(template.as_str()).to_string());
    let (namespace, hash) = Query(sql)
        .get_result::<(u32, String)>(conn)
        .optional()
        .map_err(|source| CaptureError::Query { doing: "take the fingerprint of the template", source })?
        .ok_or_else(|| CaptureError::NoTemplate { template: template.clone() })?;
    Ok(Fingerprint { namespace, hash })
}
