use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use serde::Serialize;
use tenancy_core::name::{NameError, SchemaName};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::claim::made_of;
use super::discard::discard;
use super::{Spare, SpareStanding};
use crate::blueprint::{CaptureError, fingerprint};
use crate::context::Context;
use crate::error::Error;
use crate::locks;
use crate::provision::Provisioner;
use crate::provision::behind_template::behind_template;
use crate::provision::room::Room;

/// Clones of the template that wait for sign-ups: a sign-up that finds one costs a rename instead of a clone, whatever the
/// size of the template.
///
/// A spare has the id that its tenant will have, and so its role and its rights. Nobody gets one of a template that has
/// changed since: a sign-up shares the template's lock, and compares what the template's bookkeeping of migrations says
/// with what it said when the spare was made. (What is changed by hand in a template that *has* migrations is not on
/// record; it is noticed when spares are kept or listed, by [`TenancyBuilder::spares`](crate::TenancyBuilder::spares)
/// within half a minute. A template without migrations is compared whole, by each sign-up.) A sign-up that finds none
/// clones, and one that fails leaves its spare where it was.
#[derive(Debug, Clone, Copy)]
pub struct Spares<'a> {
    context: &'a Context,
}

/// What was done to the spares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SparesReport {
    /// How many there are now.
    pub ready: usize,
    /// How many were made.
    pub made: usize,
    /// How many were dropped, because the template has changed or there were too many.
    pub dropped: usize,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    schema_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    version: Option<String>,
    #[diesel(sql_type = Text)]
    fingerprint: String,
    #[diesel(sql_type = Bool)]
    dropping: bool,
    #[diesel(sql_type = Bool)]
    whole: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Had {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// `whole`: what a sign-up asks for besides the template.
const LIST: &str = "\
SELECT s.id, s.schema_name, s.version, s.fingerprint, s.dropping, s.created_at, \
s.state IS NOT DISTINCT FROM $2 || ' ' || tenancy.template_state(s.template) \
AND s.seeds IS NOT DISTINCT FROM tenancy.seeds_state(s.template) \
AND EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = s.schema_name::name) \
AND EXISTS (SELECT FROM tenancy.installation) \
= EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = s.role_name::name) AS whole \
FROM tenancy.spares s WHERE s.template = $1 ORDER BY s.created_at, s.id";

impl<'a> Spares<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotInitialized`] and what reading the template gives.
    pub fn list(&self) -> Result<Vec<Spare>, Error> {
        self.list_on(&mut *self.context.operation()?)
    }

    /// Makes so many that `count` are ready, and drops those that are too many or of a template that has changed since.
    /// `progress` is called as each is made or dropped. Waits while another process does the same.
    ///
    /// # Errors
    ///
    /// What cloning the template gives, or dropping a schema, after as much as possible was done: one that cannot be dropped
    /// keeps no other from being made.
    pub fn keep(&self, count: usize, mut progress: impl FnMut(&SparesReport)) -> Result<SparesReport, Error> {
        let report = self.keep_while(count, true, &mut |report| {
            progress(report);
            true
        })?;
        Ok(report.unwrap_or_default())
    }

    /// The same for as long as `go_on` says so; `None` when another process does it and is not waited for.
    pub(super) fn keep_while(
        &self,
        count: usize,
        wait: bool,
        go_on: &mut dyn FnMut(&SparesReport) -> bool,
    ) -> Result<Option<SparesReport>, Error> {
        let mut conn = self.context.operation()?;
        let template = self.context.naming.template();
        // Until the gate.
        let had: Had = sql_query(locks::refilling(template, wait).as_str())
            .get_result(&mut *conn)
            .map_err(Error::query("wait for whoever makes spares"))?;
        if !had.yes {
            return Ok(None);
        }
        let mut report = SparesReport::default();
        let (ready, stale): (Vec<_>, Vec<_>) =
            self.list_on(&mut conn)?.into_iter().partition(|spare| spare.standing == SpareStanding::Ready);
        let surplus = ready.len().saturating_sub(count);
        // One that cannot be dropped, because something else needs it, keeps nobody from making others.
        let mut failed = None;
        // The oldest of those that are too many goes first, as in a sign-up.
        for spare in stale.iter().chain(ready.iter().take(surplus)) {
            match discard(&mut conn, spare) {
                Ok(there) => report.dropped += usize::from(there),
                Err(error) => failed = failed.or(Some(error)),
            }
            if !go_on(&report) {
                return Ok(Some(report));
            }
        }
        report.ready = ready.len() - surplus;
        while report.ready < count {
            let made = behind_template(&mut conn, self.context.naming.template(), |conn, lock| {
                conn.transaction(|conn| Provisioner::new(self.context).make_spare(conn, lock))
            });
            made.map_err(|error| Room::explain(&mut conn, template, error))?;
            report.made += 1;
            report.ready += 1;
            if !go_on(&report) {
                break;
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(Some(report)),
        }
    }

    fn list_on(&self, conn: &mut PgConnection) -> Result<Vec<Spare>, Error> {
        let template = self.context.naming.template();
        let now = match fingerprint(conn, template) {
            Ok(now) => made_of(&now.to_string()),
            // Nothing is a clone of what is not there.
            Err(CaptureError::NoTemplate { .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        let rows: Vec<Row> = conn
            .transaction(|conn| {
                sql_query(LIST).bind::<Text, _>(template.as_str()).bind::<Text, _>(super::MADE_BY).load(conn)
            })
            .map_err(Error::query("list the spares"))?;
        rows.into_iter()
            .map(|row| {
                let corrupt = |error: NameError| Error::Registry {
                    slug: row.schema_name.clone(),
                    reason: error.to_string(),
                };
                let standing = match (row.dropping, row.whole && row.fingerprint == now) {
                    (true, _) => SpareStanding::Dropping,
                    (false, true) => SpareStanding::Ready,
                    (false, false) => SpareStanding::Stale,
                };
                Ok(Spare {
                    id: TenantId::from_uuid(row.id),
                    schema: SchemaName::parse(&row.schema_name).map_err(corrupt)?,
                    version: row.version,
                    standing,
                    created_at: row.created_at,
                })
            })
            .collect()
    }
}
