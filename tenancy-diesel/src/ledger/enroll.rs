use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use tenancy_core::fleet::{RunId, Wave};

use crate::error::Error;

/// One statement, whatever the number of tenants; each of its arrays has one value per tenant. Waves are counted on from
/// those that the ledger has. A row that was inserted has no `xmax`.
const ENROLL: &str = "WITH enrolled AS (INSERT INTO tenancy.run_tenants AS r \
     (run_id, tenant_id, slug, schema_name, wave, canary, from_version) \
     SELECT $1, g.id, g.slug, g.home, g.wave OPERATOR(pg_catalog.+) (SELECT coalesce(pg_catalog.max(e.wave) \
     OPERATOR(pg_catalog.+) 1, 0) FROM tenancy.run_tenants e WHERE e.run_id OPERATOR(pg_catalog.=) $1), \
     g.canary, g.version FROM ROWS FROM ( \
     pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), \
     pg_catalog.unnest($6), pg_catalog.unnest($7)) AS g (id, slug, home, wave, canary, version) \
     ON CONFLICT (run_id, tenant_id) DO UPDATE SET state = 'pending', wave = excluded.wave, canary = excluded.canary, \
     finished_at = NULL, error = NULL WHERE r.state OPERATOR(pg_catalog.<>) 'pending' \
     RETURNING r.xmax OPERATOR(pg_catalog.=) 0 AS is_new) \
     UPDATE tenancy.runs SET total = total OPERATOR(pg_catalog.+) \
     (SELECT pg_catalog.count(*)::pg_catalog.int4 FROM enrolled WHERE is_new) \
     WHERE id OPERATOR(pg_catalog.=) $1 RETURNING (SELECT pg_catalog.count(*) FROM enrolled WHERE is_new) AS enrolled";

#[derive(QueryableByName)]
struct Enrolled {
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
}

/// PostgreSQL knows nothing of a run that was just enrolled, and would read all of it for each group of tenants.
const ANALYZE: &str = "ANALYZE tenancy.run_tenants";

/// From so many tenants on that matters.
const MANY: usize = 200;

/// Puts the tenants of `waves` on record as pending, in waves behind those that the run has. Those that are pending already
/// stay as they are; whoever was done and is planned again was restored since. Returns how many are new.
///
/// # Errors
///
/// [`Error::UnknownRun`], [`Error::Query`].
pub(crate) fn enroll(conn: &mut PgConnection, run: RunId, waves: &[Wave]) -> Result<usize, Error> {
    let (mut ids, mut slugs, mut schemas) = (Vec::new(), Vec::new(), Vec::new());
    let (mut numbers, mut canaries, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for (number, wave) in (0_i32..).zip(waves) {
        for tenant in &wave.tenants {
            ids.push(tenant.id.as_uuid());
            slugs.push(tenant.slug.as_str());
            schemas.push(tenant.schema.as_str());
            numbers.push(number);
            canaries.push(wave.canary);
            versions.push(tenant.from.as_deref());
        }
    }
    let row: Option<Enrolled> = sql_query(ENROLL)
        .bind::<BigInt, _>(run.0)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(slugs)
        .bind::<Array<Text>, _>(schemas)
        .bind::<Array<Integer>, _>(numbers)
        .bind::<Array<Bool>, _>(canaries)
        .bind::<Array<Nullable<Text>>, _>(versions)
        .get_result(conn)
        .optional()
        .map_err(Error::query("enroll the run's tenants"))?;
    let enrolled = usize::try_from(row.ok_or(Error::UnknownRun(run))?.enrolled).unwrap_or_default();
    if enrolled >= MANY {
        sql_query(ANALYZE).execute(conn).map_err(Error::query("analyze the ledger of runs"))?;
    }
    Ok(enrolled)
}
