//! Runs as they are on record.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use tenancy_core::fleet::RunId;
use tenancy_core::script::Script;

use super::{RunCounts, RunRecord};
use crate::error::Error;
use crate::locks;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    direction: String,
    #[diesel(sql_type = Array<Text>)]
    versions: Vec<String>,
    #[diesel(sql_type = Jsonb)]
    policy: serde_json::Value,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    alive: bool,
    #[diesel(sql_type = Bool)]
    pause_requested: bool,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    template: Vec<String>,
    #[diesel(sql_type = Text)]
    started_by: String,
    #[diesel(sql_type = Text)]
    runner: String,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    counts: RunCounts,
}

impl TryFrom<Row> for RunRecord {
    type Error = Error;

    /// A row that was edited by hand into something we cannot read is an error of that run, never a guess.
    fn try_from(row: Row) -> Result<Self, Error> {
        let run = RunId(row.id);
        let corrupt = |reason: String| Error::Ledger { run, reason };
        Ok(Self {
            id: run,
            direction: row.direction.parse().map_err(|error| corrupt(format!("{error}")))?,
            versions: row.versions,
            policy: serde_json::from_value(row.policy)
                .map_err(|error| corrupt(format!("its policy: {error}")))?,
            state: row.state.parse().map_err(|error| corrupt(format!("{error}")))?,
            alive: row.alive,
            pause_requested: row.pause_requested,
            reason: row.reason,
            template: row.template,
            started_by: row.started_by,
            runner: row.runner,
            attempt: row.attempt,
            started_at: row.started_at,
            ended_at: row.ended_at,
            counts: row.counts,
        })
    }
}

/// Whether somebody holds the lock of run `r`.
fn alive() -> Script {
    Script::new("EXISTS (")
        .script(&locks::held_runs())
        .sql(" AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) r.id)")
}

/// All runs; more conditions, an order and a limit may follow. PostgreSQL's locks are looked at for those only that say
/// that they are running.
fn runs() -> Script {
    Script::new(
        "SELECT r.id, r.direction, r.versions, r.policy, r.state, r.pause_requested, r.reason, r.template, \
         r.started_by, r.runner, r.attempt, r.started_at, r.ended_at, c.pending, c.done, c.failed, c.gone, \
         CASE WHEN r.state OPERATOR(pg_catalog.=) 'running' THEN ",
    )
    .script(&alive())
    .sql(
        " ELSE false END AS alive FROM tenancy.runs r CROSS JOIN LATERAL (SELECT \
         pg_catalog.count(*) FILTER (WHERE t.state OPERATOR(pg_catalog.=) 'pending') AS pending, \
         pg_catalog.count(*) FILTER (WHERE t.state OPERATOR(pg_catalog.=) 'done') AS done, \
         pg_catalog.count(*) FILTER (WHERE t.state OPERATOR(pg_catalog.=) 'failed') AS failed, \
         pg_catalog.count(*) FILTER (WHERE t.state OPERATOR(pg_catalog.=) 'gone') AS gone \
         FROM tenancy.run_tenants t WHERE t.run_id OPERATOR(pg_catalog.=) r.id) c WHERE true",
    )
}

/// Ends the unfinished runs that nobody works on: one row, with its number, for each of them. For a run over `some` tenants
/// only other such runs: it does not do what one over all left undone.
pub(super) fn supersede(some: bool) -> String {
    let those = Script::new(
        "UPDATE tenancy.runs r SET state = 'superseded', pause_requested = false, \
         ended_at = coalesce(r.ended_at, pg_catalog.now()) WHERE r.state OPERATOR(pg_catalog.=) \
         ANY ('{running,paused,failed}') AND NOT ",
    )
    .script(&alive());
    let those = match some {
        true => those.sql(
            " AND pg_catalog.jsonb_array_length(r.policy OPERATOR(pg_catalog.->) 'only') OPERATOR(pg_catalog.>) 0",
        ),
        false => those,
    };
    those.sql(" RETURNING r.id").as_str().to_owned()
}

pub(super) fn find(conn: &mut PgConnection, run: RunId) -> Result<Option<RunRecord>, Error> {
    let query = runs().sql(" AND r.id OPERATOR(pg_catalog.=) $1");
    let row: Option<Row> = sql_query(query.as_str())
        .bind::<BigInt, _>(run.0)
        .get_result(conn)
        .optional()
        .map_err(Error::query("read the run"))?;
    row.map(RunRecord::try_from).transpose()
}

/// The newest of them; all when there is no limit.
pub(super) fn list(conn: &mut PgConnection, limit: Option<i64>) -> Result<Vec<RunRecord>, Error> {
    let query = runs().sql(" ORDER BY r.id DESC LIMIT $1");
    let rows: Vec<Row> = sql_query(query.as_str())
        .bind::<Nullable<BigInt>, _>(limit)
        .load(conn)
        .map_err(Error::query("list the runs"))?;
    rows.into_iter().map(RunRecord::try_from).collect()
}
