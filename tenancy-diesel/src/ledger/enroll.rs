use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use tenancy_core::fleet::{RunId, Wave};

use crate::error::Error;

/// One statement, whatever the number of tenants; each of its arrays has one value per tenant.
const ENROLL: &str = "WITH enrolled AS (INSERT INTO tenancy.run_tenants \
     (run_id, tenant_id, slug, schema_name, wave, canary, from_version) \
     SELECT $1, g.id, g.slug, g.home, g.wave, g.canary, g.version FROM ROWS FROM ( \
     pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), \
     pg_catalog.unnest($6), pg_catalog.unnest($7)) AS g (id, slug, home, wave, canary, version) \
     ON CONFLICT DO NOTHING RETURNING 1) \
     UPDATE tenancy.runs SET total = total OPERATOR(pg_catalog.+) \
     (SELECT pg_catalog.count(*)::pg_catalog.int4 FROM enrolled) \
     WHERE id OPERATOR(pg_catalog.=) $1 RETURNING (SELECT pg_catalog.count(*) FROM enrolled) AS enrolled";

#[derive(QueryableByName)]
struct Enrolled {
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
}

/// PostgreSQL knows nothing of a run that was just enrolled, and would read all of it for each group of tenants.
const ANALYZE: &str = "ANALYZE tenancy.run_tenants";

/// From so many tenants on that matters.
const MANY: usize = 200;

/// Puts the tenants of `waves` on record as pending; the first of these waves is the run's wave number `first_wave`, from
/// 0. Those that are enrolled already stay as they are. Returns how many are new.
///
/// # Errors
///
/// [`Error::UnknownRun`], [`Error::Query`].
pub(crate) fn enroll(
    conn: &mut PgConnection,
    run: RunId,
    waves: &[Wave],
    first_wave: i32,
) -> Result<usize, Error> {
    let (mut ids, mut slugs, mut schemas) = (Vec::new(), Vec::new(), Vec::new());
    let (mut numbers, mut canaries, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for (number, wave) in (first_wave..).zip(waves) {
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
