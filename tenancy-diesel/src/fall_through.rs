//! The silent fall-through: a table that a tenant lacks is answered from a shared schema that has one of that name.
//!
//! `tenancy check` finds it in all tenants. In debug builds it is also an error of whoever asks for a connection,
//! so that a developer sees it before a query is answered with somebody else's rows.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::sql_types::{Array, Text};
use diesel::{
    OptionalExtension as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query,
};
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::SchemaName;
use tenancy_core::tenant::TenantId;

/// Which tenants were found complete, and when.
#[derive(Debug)]
pub(crate) struct FallThroughDetector {
    complete: Option<Mutex<HashMap<TenantId, Instant>>>,
}

/// A relation of the template that a tenant lacks, and the shared schema that has one of that name.
#[derive(Debug, QueryableByName)]
pub(crate) struct FallThrough {
    #[diesel(sql_type = Text)]
    pub(crate) relation: String,
    #[diesel(sql_type = Text)]
    pub(crate) shared: String,
}

/// How long a tenant that was found complete is not asked about again: what is dropped by hand is noticed while the
/// developer still remembers.
const BELIEVED: Duration = Duration::from_secs(10);

/// Runs in the tenant's path, as the tenant. By indexes only: `pg_depend` is the only catalogue with one that leads
/// from a schema to what it holds. Diesel's bookkeeping is always named with its schema.
const QUESTION: &str = "\
SELECT t.relname::pg_catalog.text AS relation, s.nspname::pg_catalog.text AS shared \
FROM pg_catalog.pg_namespace n \
JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass \
AND d.refobjid OPERATOR(pg_catalog.=) n.oid \
AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) d.objid \
JOIN pg_catalog.pg_namespace s ON s.nspname OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.name[]) \
JOIN pg_catalog.pg_class c ON c.relname OPERATOR(pg_catalog.=) t.relname AND c.relnamespace OPERATOR(pg_catalog.=) s.oid \
WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name \
AND t.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f,S}'::pg_catalog.\"char\"[]) \
AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f,S}'::pg_catalog.\"char\"[]) \
AND t.relname OPERATOR(pg_catalog.<>) '__diesel_schema_migrations'::pg_catalog.name \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace h ON h.oid OPERATOR(pg_catalog.=) o.relnamespace \
WHERE h.nspname OPERATOR(pg_catalog.=) $2::pg_catalog.name AND o.relname OPERATOR(pg_catalog.=) t.relname) \
ORDER BY t.relkind OPERATOR(pg_catalog.=) 'S'::pg_catalog.\"char\", t.relname LIMIT 1";

impl FallThroughDetector {
    /// One that looks, or one that does not.
    pub(crate) fn new(looks: bool) -> Self {
        Self { complete: looks.then(Mutex::default) }
    }

    /// A relation of `template` that `schema` lacks and a query in it would find in a shared schema. Costs a round
    /// trip for each tenant every ten seconds.
    pub(crate) fn look(
        &self,
        conn: &mut PgConnection,
        tenant: TenantId,
        template: &SchemaName,
        schema: &SchemaName,
        shared: &SharedSchemas,
    ) -> QueryResult<Option<FallThrough>> {
        let Some(complete) = &self.complete else { return Ok(None) };
        let known = || complete.lock().unwrap_or_else(PoisonError::into_inner);
        if known().get(&tenant).is_some_and(|asked| asked.elapsed() < BELIEVED) {
            return Ok(None);
        }
        let found: Option<FallThrough> = sql_query(QUESTION)
            .bind::<Text, _>(template.as_str())
            .bind::<Text, _>(schema.as_str())
            .bind::<Array<Text>, _>(shared.names().collect::<Vec<_>>())
            .get_result(conn)
            .optional()?;
        if found.is_none() {
            known().insert(tenant, Instant::now());
        }
        Ok(found)
    }
}
