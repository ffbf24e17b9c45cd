use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Text, Uuid as SqlUuid};
use tenancy_core::fleet::Direction;
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::Hold;
use crate::error::Error;

/// A migration that was applied to a tenant, or reverted in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// The tenant.
    pub(crate) tenant: TenantId,
    /// How long it took; of a group, its share.
    pub(crate) milliseconds: f64,
    /// Whether nothing is left to do to the tenant.
    pub(crate) last: bool,
}

/// What all tenants of a group have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// The run.
    pub(crate) hold: Hold,
    /// Whether the version was applied or reverted.
    pub(crate) direction: Direction,
    /// The version.
    pub(crate) version: &'a str,
    /// Who did it.
    pub(crate) worker: &'a str,
}

/// Registry and ledger at once. Every name, type and operator is qualified, because a tenant's path may be set. Neither
/// table is joined with anything: each is reached by its key, whatever PostgreSQL believes about the tables' contents. The
/// second part does not read what the first returns: PostgreSQL cannot do that again when it has waited for a row.
const STATEMENT: &str = "\
WITH registry AS (
    UPDATE tenancy.tenants t SET (migrations, template_version) = (
           SELECT coalesce(pg_catalog.array_agg(DISTINCT m.version ORDER BY m.version), '{}'), pg_catalog.max(m.version)
             FROM pg_catalog.unnest(CASE WHEN $4 THEN pg_catalog.array_append(t.migrations, $5)
                                         ELSE pg_catalog.array_remove(t.migrations, $5) END) AS m (version))
     WHERE t.id OPERATOR(pg_catalog.=) ANY ($1)
    RETURNING 1
), ledger AS (
    UPDATE tenancy.run_tenants r SET
           (to_version, worker, milliseconds, began_at, finished_at, state, attempts, error) = (
           SELECT (SELECT pg_catalog.max(m.version) FROM tenancy.tenants t CROSS JOIN LATERAL pg_catalog.unnest(
                          CASE WHEN $4 THEN pg_catalog.array_append(t.migrations, $5)
                               ELSE pg_catalog.array_remove(t.migrations, $5) END) AS m (version)
                    WHERE t.id OPERATOR(pg_catalog.=) r.tenant_id), $6,
                  r.milliseconds OPERATOR(pg_catalog.+) ($2)[g.place],
                  coalesce(r.began_at, pg_catalog.now()),
                  CASE WHEN g.last THEN pg_catalog.clock_timestamp() END,
                  CASE WHEN g.last THEN 'done' ELSE r.state END,
                  CASE WHEN g.last THEN r.attempts OPERATOR(pg_catalog.+) 1 ELSE r.attempts END,
                  CASE WHEN NOT g.last THEN r.error END
             FROM (SELECT p.place, ($3)[p.place] AS last
                     FROM pg_catalog.array_position($1, r.tenant_id) AS p (place)) g)
     WHERE r.run_id OPERATOR(pg_catalog.=) $7 AND r.tenant_id OPERATOR(pg_catalog.=) ANY ($1)
       AND r.state OPERATOR(pg_catalog.=) 'pending'
       AND EXISTS (SELECT FROM tenancy.runs u
                    WHERE u.id OPERATOR(pg_catalog.=) $7 AND u.state OPERATOR(pg_catalog.=) 'running'
                      AND u.attempt OPERATOR(pg_catalog.=) $8)
    RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM registry), (SELECT pg_catalog.count(*) FROM ledger)";

/// [`STATEMENT`] as a query that Diesel prepares once for each connection.
struct Record<'a> {
    tenants: Vec<Uuid>,
    milliseconds: Vec<f64>,
    last: Vec<bool>,
    up: bool,
    entry: Entry<'a>,
}

impl QueryId for Record<'_> {
    type QueryId = Record<'static>;
    // The text never varies.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Record<'_> {
    type SqlType = (BigInt, BigInt);
}

impl RunQueryDsl<PgConnection> for Record<'_> {}

impl QueryFragment<Pg> for Record<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The statement has its `$1` to `$8` already.
        out.push_sql(STATEMENT);
        out.push_bind_param_value_only::<Array<SqlUuid>, _>(&self.tenants)?;
        out.push_bind_param_value_only::<Array<Double>, _>(&self.milliseconds)?;
        out.push_bind_param_value_only::<Array<Bool>, _>(&self.last)?;
        out.push_bind_param_value_only::<Bool, _>(&self.up)?;
        out.push_bind_param_value_only::<Text, _>(self.entry.version)?;
        out.push_bind_param_value_only::<Text, _>(self.entry.worker)?;
        out.push_bind_param_value_only::<BigInt, _>(&self.entry.hold.id.0)?;
        out.push_bind_param_value_only::<Integer, _>(&self.entry.hold.attempt)
    }
}

/// Writes down in registry and ledger what the transaction did to each tenant of `steps`, none of them twice. Call it
/// in that transaction, as the login (`SET LOCAL ROLE NONE`), and undo all of it when this fails.
///
/// # Errors
///
/// [`Error::RunLost`] when the run is not this runner's any more, or one of the tenants is not pending in it, or gone.
pub(crate) fn record(conn: &mut PgConnection, entry: Entry<'_>, steps: &[Step]) -> Result<(), Error> {
    let (tenants, ledger): (i64, i64) = Record {
        tenants: steps.iter().map(|step| step.tenant.as_uuid()).collect(),
        milliseconds: steps.iter().map(|step| step.milliseconds).collect(),
        last: steps.iter().map(|step| step.last).collect(),
        up: entry.direction == Direction::Up,
        entry,
    }
    .get_result(conn)
    .map_err(Error::query("write down what was done"))?;
    let expected = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let run = entry.hold.id;
    if tenants != expected {
        let reason =
            format!("{} of {expected} tenants have no row in the registry any more", expected - tenants);
        return Err(Error::RunLost { run, reason });
    }
    if ledger != expected {
        let reason = format!(
            "{} of {expected} tenants are not this runner's to do: somebody else resumed, superseded or ended the run",
            expected - ledger
        );
        return Err(Error::RunLost { run, reason });
    }
    Ok(())
}
