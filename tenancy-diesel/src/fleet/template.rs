//! The template migrates before any tenant, behind a lock that sign-ups share: a tenant that is created during
//! a run is cloned from the template as it was before, and then found among those that lack something, or as it
//! is afterwards.

use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use serde::Serialize;
use tenancy_core::fleet::{Backoff, Catalog, Direction, Policy, RunnerName};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::apply::{Failed, apply};
use super::blockers;
use super::patience::Patience;
use super::session_name;
use super::stop::Stop;
use super::target::Target;
use super::worker::dice;
use crate::bookkeeping;
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::{Error, is_lock_timeout};
use crate::locks;
use crate::migrations::Loaded;
use crate::ownership;

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Where the template stands.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateStanding {
    /// The template.
    pub schema: SchemaName,
    /// Whether it is there at all.
    pub exists: bool,
    /// The newest migration that was applied to it.
    pub version: Option<String>,
    /// The names of the migrations that it lacks, oldest first.
    pub pending: Vec<String>,
}

/// Compares the template with the catalogue; waits for nobody.
pub(super) fn standing(
    conn: &mut PgConnection,
    context: &Context,
    catalog: &Catalog,
) -> Result<TemplateStanding, Error> {
    let schema = context.naming.template();
    let exists = exists(conn, schema)?;
    let applied = applied(conn, schema)?;
    Ok(TemplateStanding {
        schema: schema.clone(),
        exists,
        pending: catalog.missing(&applied).map(|migration| migration.name.clone()).collect(),
        version: applied.last().cloned(),
    })
}

fn exists(conn: &mut PgConnection, schema: &SchemaName) -> Result<bool, Error> {
    let row: There = sql_query("SELECT pg_catalog.to_regnamespace($1) IS NOT NULL AS there")
        .bind::<Text, _>(schema.ident().to_string())
        .get_result(conn)
        .map_err(Error::query("look for the template"))?;
    Ok(row.there)
}

/// What is done to the template.
pub(super) struct Template<'a> {
    pub(super) context: &'a Context,
    pub(super) loaded: &'a [Loaded],
    pub(super) direction: Direction,
    pub(super) versions: &'a [&'a str],
    pub(super) policy: &'a Policy,
    /// What the session is called, in a run.
    pub(super) name: Option<&'a RunnerName>,
    /// Ends it between two migrations.
    pub(super) stop: &'a Stop,
}

/// How it ended.
pub(super) enum Ending {
    /// Everything is done.
    Done,
    /// Somebody asked it to stop.
    Stopped,
    /// It failed.
    Failed(Error),
}

/// How long it sleeps before it looks again whether it is to stop.
const NAP: Duration = Duration::from_millis(50);

impl Template<'_> {
    /// Brings the template up to date (creates it, if it is missing), or reverts versions in it. Returns the names of what
    /// was done. Each attempt is on a session of its own, which gives the template lock back at its end: sign-ups go on
    /// while somebody is in the way. `retry` hears of it.
    pub(super) fn run(
        &self,
        open: impl Fn() -> Result<ControlConnection, Error>,
        mut retry: impl FnMut(u32, &str, Duration),
    ) -> (Vec<String>, Ending) {
        let (mut done, mut attempts) = (Vec::new(), 0);
        loop {
            let before = done.len();
            let failed =
                match open().map_err(Failed::from).and_then(|mut conn| self.attempt(&mut conn, &mut done)) {
                    Ok(ending) => return (done, ending),
                    Err(failed) => failed,
                };
            attempts = if done.len() > before { 1 } else { attempts + 1 };
            if !failed.in_the_way {
                return (done, Ending::Failed(failed.error));
            }
            if attempts >= self.policy.attempts.max(1) {
                return (done, Ending::Failed(self.told(failed.error, attempts, &open)));
            }
            let after = Backoff::delay(attempts, dice());
            let reason = self.who(failed.error.to_string(), &open);
            retry(attempts, &reason, after);
            if !self.nap(after) {
                return (done, Ending::Stopped);
            }
        }
    }

    /// Does what is still to be done. `conn` may hold the template lock until it goes through the gate.
    fn attempt(&self, conn: &mut PgConnection, done: &mut Vec<String>) -> Result<Ending, Failed> {
        let template = self.context.naming.template();
        let name = self.name.map(session_name::name_session).unwrap_or_default();
        let wait = name
            .script(&Patience::of_template_lock(self.policy).session())
            .script(&locks::template_exclusive(template));
        conn.batch_execute(wait.as_str()).map_err(Error::query("lock the template"))?;
        let migrations = match self.direction {
            Direction::Up => self.missing(conn)?,
            Direction::Down => self.there(conn)?,
        };
        let target = Target { schema: template, slug: None, shared: &self.context.shared };
        for migration in migrations {
            if self.stop.is_requested() {
                return Ok(Ending::Stopped);
            }
            // One of them may have changed what the session does.
            let patience = match migration.transactional {
                true => Patience::alone(self.policy),
                false => Patience::outside(self.policy),
            };
            conn.batch_execute(patience.session().as_str()).map_err(Error::query("limit the waiting"))?;
            apply(conn, target, migration, self.direction)?;
            done.push(migration.name.clone());
        }
        Ok(Ending::Done)
    }

    fn missing(&self, conn: &mut PgConnection) -> Result<Vec<&Loaded>, Error> {
        let template = self.context.naming.template();
        if !exists(conn, template)? {
            let sql = Script::new("CREATE SCHEMA ").schema(template);
            conn.batch_execute(sql.as_str()).map_err(Error::query("create the template"))?;
        }
        // Sign-ups read it as the owner of the tenants' schemas, where there is one.
        conn.batch_execute(ownership::adopt(template).as_str())
            .map_err(Error::query("give the template to the owner of the tenants' schemas"))?;
        let applied = applied(conn, template)?;
        let lacks = |version: &&str| !applied.iter().any(|has| has == *version);
        // Refused before anything of it is applied.
        let mut missing = Vec::new();
        for version in self.versions.iter().copied().filter(lacks) {
            let migration = find(self.loaded, version)?;
            migration.action(Direction::Up)?;
            missing.push(migration);
        }
        Ok(missing)
    }

    fn there(&self, conn: &mut PgConnection) -> Result<Vec<&Loaded>, Error> {
        applied(conn, self.context.naming.template())?
            .iter()
            .rev()
            .filter(|version| self.versions.contains(&version.as_str()))
            .map(|version| find(self.loaded, version))
            .collect()
    }

    /// `reason`, and which sessions hold what the template needs, as far as that can still be seen.
    fn who(&self, mut reason: String, open: &impl Fn() -> Result<ControlConnection, Error>) -> String {
        let template = self.context.naming.template();
        let blockers = open().and_then(|mut conn| blockers::blockers_in(&mut conn, template));
        for blocker in blockers.unwrap_or_default().iter().take(3) {
            reason = format!("{reason}; {blocker}");
        }
        reason
    }

    /// The last word of many attempts.
    fn told(
        &self,
        error: Error,
        attempts: u32,
        open: &impl Fn() -> Result<ControlConnection, Error>,
    ) -> Error {
        match error {
            Error::Migration { migration, schema, reason } => {
                let reason = format!("{} (tried {attempts} times)", self.who(reason, open));
                Error::Migration { migration, schema, reason }
            }
            other => other,
        }
    }

    /// Sleeps; `false` when it is to stop.
    fn nap(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        while !self.stop.is_requested() {
            match until.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => thread::sleep(left.min(NAP)),
                _ => return true,
            }
        }
        false
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let in_the_way = matches!(&error, Error::Query { source, .. } if is_lock_timeout(source));
        Self { error, in_the_way }
    }
}

fn applied(conn: &mut PgConnection, template: &SchemaName) -> Result<Vec<String>, Error> {
    bookkeeping::applied(conn, template).map_err(Error::query("read the template's migrations"))
}

/// The migration of `version` among those that were loaded.
pub(crate) fn find<'a>(loaded: &'a [Loaded], version: &str) -> Result<&'a Loaded, Error> {
    loaded.iter().find(|migration| migration.version == version).ok_or_else(|| unknown(version))
}

/// Nobody knows what `version` did.
pub(super) fn unknown(version: &str) -> Error {
    Error::Migrations(format!(
        "version {version} is applied, and there is no such migration here: check out the code that it belongs to"
    ))
}
