//! What else is written down of a run and its tenants: one short transaction each.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Text, Uuid as SqlUuid};
use tenancy_core::fleet::RunId;
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::Hold;
use crate::error::Error;
use crate::ownership;

/// What belongs to this runner, behind a WHERE: `$1` is the run, `$2` the attempt.
macro_rules! of_runner {
    ($statement:literal) => {
        concat!(
            $statement,
            " AND EXISTS (SELECT FROM tenancy.runs u WHERE u.id OPERATOR(pg_catalog.=) $1 \
             AND u.state OPERATOR(pg_catalog.=) 'running' AND u.attempt OPERATOR(pg_catalog.=) $2)"
        )
    };
}

const FAIL: &str = of_runner!(
    "UPDATE tenancy.run_tenants SET state = 'failed', error = $4, worker = $6, \
     attempts = attempts OPERATOR(pg_catalog.+) 1, milliseconds = milliseconds OPERATOR(pg_catalog.+) $5, \
     began_at = coalesce(began_at, pg_catalog.now()), finished_at = pg_catalog.clock_timestamp() \
     WHERE run_id OPERATOR(pg_catalog.=) $1 AND tenant_id OPERATOR(pg_catalog.=) $3 \
     AND state OPERATOR(pg_catalog.=) 'pending'"
);

const TRIED: &str = of_runner!(
    "UPDATE tenancy.run_tenants SET attempts = attempts OPERATOR(pg_catalog.+) 1, \
     began_at = coalesce(began_at, pg_catalog.now()) \
     WHERE run_id OPERATOR(pg_catalog.=) $1 AND tenant_id OPERATOR(pg_catalog.=) $3 \
     AND state OPERATOR(pg_catalog.=) 'pending'"
);

const GONE: &str = of_runner!(
    "UPDATE tenancy.run_tenants SET state = 'gone', finished_at = pg_catalog.clock_timestamp() \
     WHERE run_id OPERATOR(pg_catalog.=) $1 AND tenant_id OPERATOR(pg_catalog.=) ANY ($3) \
     AND state OPERATOR(pg_catalog.=) 'pending'"
);

const DONE_ALREADY: &str = of_runner!(
    "UPDATE tenancy.run_tenants r SET state = 'done', error = NULL, finished_at = pg_catalog.clock_timestamp(), \
     to_version = (SELECT t.template_version FROM tenancy.tenants t WHERE t.id OPERATOR(pg_catalog.=) r.tenant_id) \
     WHERE r.run_id OPERATOR(pg_catalog.=) $1 AND r.tenant_id OPERATOR(pg_catalog.=) ANY ($3) \
     AND r.state OPERATOR(pg_catalog.=) 'pending'"
);

const TEMPLATE: &str = of_runner!(
    "UPDATE tenancy.runs SET template = template OPERATOR(pg_catalog.||) $3 \
     WHERE id OPERATOR(pg_catalog.=) $1"
);

const STILL_OURS: &str = "SELECT EXISTS (SELECT FROM tenancy.runs u WHERE u.id OPERATOR(pg_catalog.=) $1 \
     AND u.state OPERATOR(pg_catalog.=) 'running' AND u.attempt OPERATOR(pg_catalog.=) $2) AS yes";

const PAUSE_REQUESTED: &str =
    "SELECT pause_requested AS yes FROM tenancy.runs WHERE id OPERATOR(pg_catalog.=) $1";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// A tenant failed: it stands where the last migration that succeeded left it, and `error` says why. `false`: it did not
/// fail, because it is done (the answer to a commit can be lost).
///
/// # Errors
///
/// [`Error::RunLost`] when the run is not this runner's any more.
pub(crate) fn fail(
    conn: &mut PgConnection,
    hold: Hold,
    tenant: TenantId,
    error: &str,
    milliseconds: f64,
    worker: &str,
) -> Result<bool, Error> {
    // PostgreSQL's text has no such byte.
    let error = error.replace('\0', "");
    let touched = as_login(conn, |conn| {
        sql_query(FAIL)
            .bind::<BigInt, _>(hold.id.0)
            .bind::<Integer, _>(hold.attempt)
            .bind::<SqlUuid, _>(tenant.as_uuid())
            .bind::<Text, _>(&error)
            .bind::<Double, _>(milliseconds)
            .bind::<Text, _>(worker)
            .execute(conn)
    })?;
    if touched == 1 {
        return Ok(true);
    }
    let still: Answer = sql_query(STILL_OURS)
        .bind::<BigInt, _>(hold.id.0)
        .bind::<Integer, _>(hold.attempt)
        .get_result(conn)
        .map_err(Error::query("ask whose the run is"))?;
    ours(hold, usize::from(still.yes)).map(|()| false)
}

/// A tenant was tried in vain and will be tried again. (It may be done by now: whoever says this is not who tries.)
pub(crate) fn tried(conn: &mut PgConnection, hold: Hold, tenant: TenantId) -> Result<(), Error> {
    as_login(conn, |conn| {
        sql_query(TRIED)
            .bind::<BigInt, _>(hold.id.0)
            .bind::<Integer, _>(hold.attempt)
            .bind::<SqlUuid, _>(tenant.as_uuid())
            .execute(conn)
    })
    .map(|_| ())
}

/// Tenants were dropped before their turn came. Those that are not pending stay as they are.
pub(crate) fn gone(conn: &mut PgConnection, hold: Hold, tenants: &[TenantId]) -> Result<(), Error> {
    all(conn, GONE, hold, tenants)
}

/// Tenants had nothing left to do when their turn came: their registry row says where they are. Those that are not
/// pending stay as they are.
pub(crate) fn done_already(conn: &mut PgConnection, hold: Hold, tenants: &[TenantId]) -> Result<(), Error> {
    all(conn, DONE_ALREADY, hold, tenants)
}

fn all(
    conn: &mut PgConnection,
    statement: &'static str,
    hold: Hold,
    tenants: &[TenantId],
) -> Result<(), Error> {
    let tenants: Vec<Uuid> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
    as_login(conn, |conn| {
        sql_query(statement)
            .bind::<BigInt, _>(hold.id.0)
            .bind::<Integer, _>(hold.attempt)
            .bind::<Array<SqlUuid>, _>(tenants)
            .execute(conn)
    })
    .map(|_| ())
}

/// The template's migrations of these names were applied, or reverted.
///
/// # Errors
///
/// [`Error::RunLost`] when the run is not this runner's any more.
pub(crate) fn template(conn: &mut PgConnection, hold: Hold, names: &[String]) -> Result<(), Error> {
    let touched = as_login(conn, |conn| {
        sql_query(TEMPLATE)
            .bind::<BigInt, _>(hold.id.0)
            .bind::<Integer, _>(hold.attempt)
            .bind::<Array<Text>, _>(names)
            .execute(conn)
    })?;
    ours(hold, touched)
}

/// Whether somebody asked the runner to pause.
pub(crate) fn pause_requested(conn: &mut PgConnection, run: RunId) -> Result<bool, Error> {
    let answer: Option<Answer> = sql_query(PAUSE_REQUESTED)
        .bind::<BigInt, _>(run.0)
        .get_result(conn)
        .optional()
        .map_err(Error::query("ask whether the run is to pause"))?;
    Ok(answer.is_some_and(|answer| answer.yes))
}

fn ours(hold: Hold, touched: usize) -> Result<(), Error> {
    if touched == 1 {
        return Ok(());
    }
    let reason =
        "it is not this runner's to write any more: somebody else resumed, superseded or ended it".to_owned();
    Err(Error::RunLost { run: hold.id, reason })
}

/// The session may act as an owner of tenants' schemas, who has no right to the ledger.
fn as_login(
    conn: &mut PgConnection,
    write: impl FnOnce(&mut PgConnection) -> QueryResult<usize>,
) -> Result<usize, Error> {
    conn.transaction(|conn| {
        conn.batch_execute(ownership::AS_LOGIN)?;
        write(conn)
    })
    .map_err(Error::query("write into the ledger of runs"))
}
