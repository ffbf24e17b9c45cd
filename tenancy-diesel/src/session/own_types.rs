use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::name::SchemaName;
use tenancy_core::tenant::TenantId;

/// Which tenants' schemas hold types of their own (enums, domains, composites), by the version they were seen at.
///
/// A statement that returns a column of such a type fits one tenant only: PostgreSQL compares the type's OID when
/// it revalidates the plan and refuses to run it for the next tenant (`cached plan must not change result type`).
/// Nothing on the client's side shows it: Diesel asks for OIDs of types that it sends, not of those that it
/// reads, and `pg_prepared_statements` has `result_types` only from PostgreSQL 16 on.
///
/// It is asked once per tenant and version, at a check-in, so that nobody waits for it; until then the tenant counts
/// as one that has some. A type that is made by hand later is found out as a stale plan.
#[derive(Debug, Default)]
pub(super) struct OwnTypes(Mutex<HashMap<TenantId, (Option<String>, bool)>>);

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

/// `pg_depend` is the only catalogue with an index that leads from a schema to what it holds. A table's own row
/// type hangs on the table and is not among them.
const QUESTION: &str = "\
SELECT EXISTS (SELECT FROM pg_catalog.pg_depend d \
WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass \
AND d.refobjid OPERATOR(pg_catalog.=) \
(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name) \
AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass) AS \"exists\"";

impl OwnTypes {
    /// Whether the schema of `tenant` holds any, as far as that is known.
    pub(super) fn known(&self, tenant: TenantId, version: &Option<String>) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&tenant).filter(|(seen_at, _)| seen_at == version).map(|(_, has_any)| *has_any)
    }

    /// Finds out whether it does. Costs a round trip.
    pub(super) fn learn(
        &self,
        conn: &mut PgConnection,
        tenant: TenantId,
        schema: &SchemaName,
        version: Option<String>,
    ) -> QueryResult<bool> {
        let Exists { exists } = sql_query(QUESTION).bind::<Text, _>(schema.as_str()).get_result(conn)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, (version, exists));
        Ok(exists)
    }
}
