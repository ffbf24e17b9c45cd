//! A run begins, goes on, and ends.

use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text};
use tenancy_core::fleet::{Direction, Policy, RunId, RunState};

use super::{Hold, RunRecord, reading};
use crate::error::Error;
use crate::locks;

/// A run that is about to begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRun<'a> {
    /// Which way.
    pub(crate) direction: Direction,
    /// Up: every version that there is. Down: those that are reverted.
    pub(crate) versions: &'a [&'a str],
    /// How it goes about it.
    pub(crate) policy: &'a Policy,
    /// Who began it: user@host.
    pub(crate) started_by: &'a str,
    /// Where it runs: host and process.
    pub(crate) runner: &'a str,
}

/// A run that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// What is this runner's.
    pub(crate) hold: Hold,
    /// The unfinished runs whose place it takes.
    pub(crate) superseded: Vec<RunId>,
}

/// Whoever opens or resumes a run waits for others that do: which runs are alive does not change meanwhile. Workers only
/// read this table.
const ONE_AT_A_TIME: &str = "LOCK TABLE tenancy.runs IN SHARE ROW EXCLUSIVE MODE";

const OPEN: &str = "INSERT INTO tenancy.runs (direction, versions, policy, started_by, runner) \
     VALUES ($1, $2, $3, $4, $5) RETURNING id";

const REOPEN: &str = "WITH again AS (UPDATE tenancy.run_tenants \
     SET state = 'pending', finished_at = NULL WHERE run_id OPERATOR(pg_catalog.=) $1 \
     AND state OPERATOR(pg_catalog.=) 'failed' RETURNING 1) \
     UPDATE tenancy.runs SET state = 'running', reason = NULL, pause_requested = false, ended_at = NULL, runner = $2, \
     attempt = attempt OPERATOR(pg_catalog.+) 1 WHERE id OPERATOR(pg_catalog.=) $1";

const CLOSE: &str = "UPDATE tenancy.runs SET state = $3, reason = $4, pause_requested = false, \
     ended_at = pg_catalog.clock_timestamp() WHERE id OPERATOR(pg_catalog.=) $1 \
     AND attempt OPERATOR(pg_catalog.=) $2 AND state OPERATOR(pg_catalog.=) 'running'";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct Holder {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Begins a run: from here on this session holds its lock, until [`close`] or the gate. Unfinished runs that nobody works
/// on are superseded; one that somebody works on goes on.
///
/// # Errors
///
/// [`Error::Query`].
pub(crate) fn open(conn: &mut PgConnection, run: &NewRun<'_>) -> Result<Opened, Error> {
    let policy = serde_json::to_value(run.policy).map_err(|error| Error::Query {
        doing: "write the policy down",
        source: diesel::result::Error::SerializationError(error.into()),
    })?;
    conn.transaction(|conn| {
        one_at_a_time(conn)?;
        let superseded: Vec<Number> = sql_query(reading::supersede(!run.policy.only.is_empty()))
            .load(conn)
            .map_err(Error::query("supersede unfinished runs"))?;
        let Number { id } = sql_query(OPEN)
            .bind::<Text, _>(run.direction.as_str())
            .bind::<Array<Text>, _>(run.versions)
            .bind::<Jsonb, _>(policy)
            .bind::<Text, _>(run.started_by)
            .bind::<Text, _>(run.runner)
            .get_result(conn)
            .map_err(Error::query("put the run on record"))?;
        let id = RunId(id);
        // Before anybody else can see the row: a run that is seen without a holder is dead.
        if !take(conn, id)? {
            let reason = "somebody else holds the lock of its number".to_owned();
            return Err(Error::Ledger { run: id, reason });
        }
        let superseded = superseded.into_iter().map(|row| RunId(row.id)).collect();
        Ok(Opened { hold: Hold { id, attempt: 1 }, superseded })
    })
}

/// Goes on with a run: from here on this session holds its lock, until [`close`] or the gate; who failed is tried again.
///
/// # Errors
///
/// [`Error::UnknownRun`]; [`Error::RunUnderWay`] when its process is alive; [`Error::RunOver`] when it is done, or another
/// run took its place.
pub(crate) fn reopen(conn: &mut PgConnection, run: RunId, runner: &str) -> Result<RunRecord, Error> {
    let mut taken = false;
    let result = conn.transaction(|conn| {
        one_at_a_time(conn)?;
        let found = reading::find(conn, run)?.ok_or(Error::UnknownRun(run))?;
        if matches!(found.state, RunState::Done | RunState::Superseded) {
            return Err(Error::RunOver { run, state: found.state });
        }
        taken = take(conn, run)?;
        if !taken {
            let backend = holder(conn, run)?;
            return Err(Error::RunUnderWay { run, runner: found.runner, backend });
        }
        sql_query(REOPEN)
            .bind::<BigInt, _>(run.0)
            .bind::<Text, _>(runner)
            .execute(conn)
            .map_err(Error::query("resume the run"))?;
        reading::find(conn, run)?.ok_or(Error::UnknownRun(run))
    });
    if result.is_err() && taken {
        // Not undone with the transaction. When this fails, so will the session's way through the gate.
        let _ = release(conn, run);
    }
    result
}

/// Ends a run and gives its lock back: paused, failed or done, and why.
///
/// # Errors
///
/// [`Error::RunLost`] when the run is not this runner's any more.
pub(crate) fn close(
    conn: &mut PgConnection,
    hold: Hold,
    state: RunState,
    reason: Option<&str>,
) -> Result<(), Error> {
    let ended = sql_query(CLOSE)
        .bind::<BigInt, _>(hold.id.0)
        .bind::<Integer, _>(hold.attempt)
        .bind::<Text, _>(state.as_str())
        .bind::<Nullable<Text>, _>(reason)
        .execute(conn)
        .map_err(Error::query("end the run"))?;
    release(conn, hold.id)?;
    if ended == 1 {
        return Ok(());
    }
    let reason = "somebody else resumed, superseded or ended it".to_owned();
    Err(Error::RunLost { run: hold.id, reason })
}

/// The newest run over all tenants that is paused.
pub(crate) fn paused(conn: &mut PgConnection) -> Result<Option<RunId>, Error> {
    let row: Option<Number> = sql_query(
        "SELECT r.id FROM tenancy.runs r WHERE r.state OPERATOR(pg_catalog.=) 'paused' \
         AND pg_catalog.jsonb_array_length(r.policy OPERATOR(pg_catalog.->) 'only') OPERATOR(pg_catalog.=) 0 \
         ORDER BY r.id DESC LIMIT 1",
    )
    .get_result(conn)
    .optional()
    .map_err(Error::query("look for a paused run"))?;
    Ok(row.map(|row| RunId(row.id)))
}

/// The newest run that is not over: it can be resumed, unless a process works on it.
pub(crate) fn latest_unfinished(conn: &mut PgConnection) -> Result<Option<RunId>, Error> {
    let row: Option<Number> = sql_query(
        "SELECT id FROM tenancy.runs WHERE state OPERATOR(pg_catalog.=) ANY ('{running,paused,failed}') \
         ORDER BY id DESC LIMIT 1",
    )
    .get_result(conn)
    .optional()
    .map_err(Error::query("look for an unfinished run"))?;
    Ok(row.map(|row| RunId(row.id)))
}

fn one_at_a_time(conn: &mut PgConnection) -> Result<(), Error> {
    sql_query(ONE_AT_A_TIME).execute(conn).map_err(Error::query("wait for other runs that begin")).map(|_| ())
}

fn take(conn: &mut PgConnection, run: RunId) -> Result<bool, Error> {
    let answer: Answer = sql_query(locks::running(run).as_str())
        .get_result(conn)
        .map_err(Error::query("take the lock of the run"))?;
    Ok(answer.yes)
}

fn release(conn: &mut PgConnection, run: RunId) -> Result<(), Error> {
    sql_query(locks::running_no_more(run).as_str())
        .execute(conn)
        .map_err(Error::query("give the lock of the run back"))
        .map(|_| ())
}

/// The backend that holds the lock of `run`.
fn holder(conn: &mut PgConnection, run: RunId) -> Result<Option<i32>, Error> {
    let row: Option<Holder> = sql_query(
        locks::held_runs()
            .sql(" AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) ")
            .number(run.0)
            .as_str(),
    )
    .get_result(conn)
    .optional()
    .map_err(Error::query("ask who holds the lock of the run"))?;
    Ok(row.map(|row| row.pid))
}
