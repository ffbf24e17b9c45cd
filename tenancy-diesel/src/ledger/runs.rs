use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use tenancy_core::fleet::{RunId, TenantState};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::{RunRecord, RunTenant, reading};
use crate::context::Context;
use crate::error::Error;

/// Runs over the fleet, as they are on record. Every method blocks for a round trip or two.
///
/// ```no_run
/// # fn main() -> Result<(), tenancy_diesel::Error> {
/// # let tenancy = tenancy_diesel::Tenancy::builder().database_url("").build()?;
/// if let Some(run) = tenancy.runs().latest()? {
///     println!("run {} is {}: {} of {} tenants", run.id, run.standing(), run.counts.done, run.counts.total());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    context: &'a Context,
}

const TENANTS: &str = "SELECT r.tenant_id AS id, coalesce(t.slug, r.slug) AS slug, \
     coalesce(t.schema_name, r.schema_name) AS home, r.wave, r.canary, r.state, r.attempts, r.from_version, r.to_version, \
     r.milliseconds, r.error, r.worker, r.began_at, r.finished_at \
     FROM tenancy.run_tenants r LEFT JOIN tenancy.tenants t ON t.id OPERATOR(pg_catalog.=) r.tenant_id \
     WHERE r.run_id OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR r.state OPERATOR(pg_catalog.=) $2) \
     ORDER BY r.wave, 2";

const PAUSE: &str = "UPDATE tenancy.runs SET pause_requested = true WHERE id OPERATOR(pg_catalog.=) $1 \
     AND state OPERATOR(pg_catalog.=) 'running'";

const PRUNE: &str = "DELETE FROM tenancy.runs WHERE ended_at OPERATOR(pg_catalog.<) $1 \
     AND state OPERATOR(pg_catalog.=) ANY ('{done,superseded}') \
     AND id OPERATOR(pg_catalog.<) (SELECT pg_catalog.max(id) FROM tenancy.runs)";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    home: String,
    #[diesel(sql_type = Integer)]
    wave: i32,
    #[diesel(sql_type = Bool)]
    canary: bool,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    from_version: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    to_version: Option<String>,
    #[diesel(sql_type = Double)]
    milliseconds: f64,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    worker: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    began_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
}

impl<'a> Runs<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// The newest runs, newest first; all of them when there is no limit.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`] names a run whose row cannot be read.
    pub fn list(&self, limit: Option<i64>) -> Result<Vec<RunRecord>, Error> {
        reading::list(&mut *self.context.control()?, limit)
    }

    /// The run of this number.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRun`] when there is none.
    pub fn find(&self, run: RunId) -> Result<RunRecord, Error> {
        reading::find(&mut *self.context.control()?, run)?.ok_or(Error::UnknownRun(run))
    }

    /// The newest run, if there is any.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn latest(&self) -> Result<Option<RunRecord>, Error> {
        Ok(self.list(Some(1))?.pop())
    }

    /// The tenants of a run, wave after wave, in alphabetical order in each; only those that stand so, if one is given.
    /// A tenant is called what it is called now.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRun`]; [`Error::Ledger`] when a row cannot be read.
    pub fn tenants(&self, run: RunId, state: Option<TenantState>) -> Result<Vec<RunTenant>, Error> {
        let mut conn = self.context.control()?;
        let rows: Vec<Row> = sql_query(TENANTS)
            .bind::<BigInt, _>(run.0)
            .bind::<Nullable<Text>, _>(state.map(TenantState::as_str))
            .load(&mut *conn)
            .map_err(Error::query("read the run's tenants"))?;
        if rows.is_empty() {
            known(&mut conn, run)?;
        }
        rows.into_iter().map(|row| tenant(run, row)).collect()
    }

    /// Asks a run to pause: its runner begins nothing new, finishes the transactions in flight, and ends the run as
    /// paused. Returns at once, with the run as it was asked.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRun`]; [`Error::RunNotUnderWay`] when nobody works on it.
    pub fn pause(&self, run: RunId) -> Result<RunRecord, Error> {
        let mut conn = self.context.operation()?;
        let asked = sql_query(PAUSE)
            .bind::<BigInt, _>(run.0)
            .execute(&mut *conn)
            .map_err(Error::query("ask the run to pause"))?;
        let found = reading::find(&mut conn, run)?.ok_or(Error::UnknownRun(run))?;
        if asked == 0 || !found.alive {
            return Err(Error::RunNotUnderWay { run, standing: found.standing() });
        }
        Ok(found)
    }

    /// Forgets runs that ended before `before`, with what they say of tenants. Never the newest one, nor one that can be
    /// resumed. Returns how many that were.
    ///
    /// # Errors
    ///
    /// [`Error::Query`].
    pub fn prune(&self, before: DateTime<Utc>) -> Result<usize, Error> {
        sql_query(PRUNE)
            .bind::<Timestamptz, _>(before)
            .execute(&mut *self.context.operation()?)
            .map_err(Error::query("forget old runs"))
    }
}

fn known(conn: &mut PgConnection, run: RunId) -> Result<(), Error> {
    reading::find(conn, run)?.ok_or(Error::UnknownRun(run)).map(|_| ())
}

fn tenant(run: RunId, row: Row) -> Result<RunTenant, Error> {
    let state = row.state.parse();
    Ok(RunTenant {
        state: state
            .map_err(|error| Error::Ledger { run, reason: format!("tenant `{}`: {error}", row.slug) })?,
        id: TenantId::from_uuid(row.id),
        slug: row.slug,
        schema: row.home,
        wave: row.wave,
        canary: row.canary,
        attempts: row.attempts,
        from_version: row.from_version,
        to_version: row.to_version,
        milliseconds: row.milliseconds,
        error: row.error,
        worker: row.worker,
        began_at: row.began_at,
        finished_at: row.finished_at,
    })
}
