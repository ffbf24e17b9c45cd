//! One subject.

use std::time::Instant;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_core::fleet::{Catalog, Migration};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::structure::{Difference, Structure};

use super::ending::ending_of;
use super::scratch_reader::ScratchReader;
use super::settings::Settings;
use super::undone::{forget, is_open, undone};
use super::{MigrationTrial, NotTried, Reversal, SubjectTrial, TrialOptions, constraints};
use crate::bookkeeping;
use crate::context::Context;
use crate::error::Error;
use crate::fleet::{Target, apply, find};
use crate::migrations::{Direction, Loaded};
use crate::ownership;
use crate::provision::{Provisioner, Scratch, Tried};

/// How long a trial waits for anything, and others behind it.
const PATIENCE: &str = "SET LOCAL lock_timeout TO '2s'";

/// What every subject is tried with.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context,
    pub(super) catalog: &'a Catalog,
    pub(super) loaded: &'a [Loaded],
    pub(super) options: &'a TrialOptions,
}

/// A clone on which migrations are tried, in the transaction that made it.
struct Ground<'a> {
    attempt: &'a Attempt<'a>,
    scratch: &'a Scratch,
    /// What was cloned, by the name that people know; the template has no slug.
    source: SchemaName,
    slug: Option<TenantSlug>,
    settings: Settings,
    reader: ScratchReader<'a>,
    /// The structure before the first migration, and after each.
    states: Vec<Structure>,
}

impl Attempt<'_> {
    /// Tries everything that is pending on a clone of one subject. Nothing of it is left when it returns.
    pub(super) fn make(&self, conn: &mut PgConnection, tried: Tried<'_>, trial: &mut SubjectTrial) {
        let began = Instant::now();
        let outcome = undone(conn, |conn| self.make_in(conn, tried, trial));
        trial.error = outcome
            .map_err(|error| Provisioner::new(self.context).explain(conn, &trial.schema, error))
            .err()
            .map(|error| error.to_string());
        trial.took = began.elapsed();
    }

    fn make_in(
        &self,
        conn: &mut PgConnection,
        tried: Tried<'_>,
        trial: &mut SubjectTrial,
    ) -> Result<(), Error> {
        conn.batch_execute(PATIENCE).map_err(Error::query("set lock_timeout"))?;
        let settings = Settings::read(conn)?;
        let scratch = Provisioner::new(self.context).scratch(conn, tried, self.options.with_rows)?;
        // The first migration makes it, and reverting that one does not drop it.
        let record = ownership::of(&scratch.schema).script(&bookkeeping::create(&scratch.schema));
        conn.batch_execute(record.as_str()).map_err(Error::query("make the record of migrations"))?;
        let applied = bookkeeping::applied(conn, &scratch.schema)
            .map_err(Error::query("read which migrations the clone has"))?;
        let mut reader = ScratchReader { scratch: &scratch, reader: self.context.reader.get() };
        if self.options.with_rows {
            trial.rows = Some(reader.rows(conn)?);
        }
        let before = reader.structure(conn)?;
        let mut ground = Ground {
            attempt: self,
            scratch: &scratch,
            source: trial.schema.clone(),
            slug: trial.slug.clone(),
            settings,
            reader,
            states: vec![before],
        };
        let pending: Vec<&Migration> = self.catalog.missing(&applied).collect();
        let done = ground.apply_all(conn, &pending, trial);
        if done.is_ok() && self.options.reversible {
            ground.reverse_all(conn, &pending, trial)?;
        }
        self.context.reader.keep(ground.reader.reader);
        done
    }
}

impl Ground<'_> {
    fn apply_all(
        &mut self,
        conn: &mut PgConnection,
        pending: &[&Migration],
        trial: &mut SubjectTrial,
    ) -> Result<(), Error> {
        for (place, migration) in pending.iter().enumerate() {
            let not_tried = |reason: &str| NotTried {
                migrations: pending[place..].iter().map(|migration| migration.name.clone()).collect(),
                reason: reason.to_owned(),
            };
            if !migration.transactional {
                trial.not_tried = Some(not_tried(OUTSIDE));
                break;
            }
            let began = Instant::now();
            match self.run(conn, migration, Direction::Up) {
                Err(error) if place > 0 && is_of_one_transaction(&error) => {
                    trial.not_tried = Some(not_tried(UNCOMMITTED_VALUE));
                    break;
                }
                result => result?,
            }
            let took = began.elapsed();
            let changes = self.changes_since(conn, place)?;
            trial.migrations.push(MigrationTrial {
                name: migration.name.clone(),
                changes: changes.0,
                reversal: None,
                took,
            });
            self.states.push(changes.1);
        }
        Ok(())
    }

    /// Down, newest first, and up again. What keeps one from being reverted keeps the older ones from being tried.
    fn reverse_all(
        &mut self,
        conn: &mut PgConnection,
        pending: &[&Migration],
        trial: &mut SubjectTrial,
    ) -> Result<(), Error> {
        let mut first = trial.migrations.len();
        while let Some(place) = first.checked_sub(1) {
            let mut reversal = Reversal::default();
            let reverted = self.run(conn, pending[place], Direction::Down);
            if let Err(error) = &reverted {
                reversal.error = Some(format!("down: {error}"));
            } else {
                reversal.left = self.changes_since(conn, place)?.0;
                first = place;
            }
            trial.migrations[place].reversal = Some(reversal);
            self.refuse_ended(conn, pending[place])?;
            if reverted.is_err() {
                break;
            }
        }
        for place in first..trial.migrations.len() {
            let again = self.run(conn, pending[place], Direction::Up);
            let (differences, error) = match again {
                Ok(()) => (self.changes_since(conn, place + 1)?.0, None),
                Err(error) => (Vec::new(), Some(format!("up again: {error}"))),
            };
            let failed = error.is_some();
            if let Some(reversal) = &mut trial.migrations[place].reversal {
                reversal.again = differences;
                reversal.error = error;
            }
            self.refuse_ended(conn, pending[place])?;
            if failed {
                break;
            }
        }
        Ok(())
    }

    /// Runs one migration as the fleet does, under the settings of a new session, to the checks of its commit.
    fn run(&self, conn: &mut PgConnection, migration: &Migration, direction: Direction) -> Result<(), Error> {
        let loaded = find(self.attempt.loaded, &migration.version)?;
        if let Some(statement) = ending_of(loaded, direction) {
            return Err(self.failed(
                migration,
                format!(
                    "not run, because `{statement}` in it ends the transaction of the trial, and its own: leave that out, or \
                     set `run_in_transaction = false` in its metadata.toml"
                ),
            ));
        }
        forget(conn)?;
        self.settings.restore(conn)?;
        let schema = &self.scratch.schema;
        let shared = &self.attempt.context.shared;
        let target = Target { schema, tenant: None, slug: self.slug.as_ref(), shared };
        let result = apply(conn, target, migration, loaded, direction);
        self.refuse_ended(conn, migration)?;
        result.map_err(|error| match error {
            Error::Migration { reason, .. } => self.failed(migration, reason),
            error => error,
        })?;
        constraints::check(conn, schema)
            .map_err(|error| self.failed(migration, format!("at its commit: {error}")))
    }

    /// Where the transaction is over, nothing more may be run. What was to be committed was rolled back.
    fn refuse_ended(&self, conn: &mut PgConnection, migration: &Migration) -> Result<(), Error> {
        if is_open(conn) {
            return Ok(());
        }
        let reason =
            "it ended the transaction of the trial, or the connection was lost: nothing of it was kept";
        Err(self.failed(migration, reason.to_owned()))
    }

    fn failed(&self, migration: &Migration, reason: String) -> Error {
        Error::Migration { migration: migration.name.clone(), schema: self.source.clone(), reason }
    }

    /// The structure as it is, and in what it differs from that before the migration at `place`.
    fn changes_since(
        &mut self,
        conn: &mut PgConnection,
        place: usize,
    ) -> Result<(Vec<Difference>, Structure), Error> {
        let now = self.reader.structure(conn)?;
        Ok((self.states[place].compare(&now), now))
    }
}

const OUTSIDE: &str = "it runs outside of a transaction, where nothing can be rolled back";

const UNCOMMITTED_VALUE: &str = "it uses a value that an earlier one adds to an enum, which PostgreSQL allows after the commit of that one only";

/// Whether a migration failed because the one before it was not committed. SQLSTATE 55P04; Diesel passes on none, so this
/// goes by PostgreSQL's English message.
fn is_of_one_transaction(error: &Error) -> bool {
    matches!(error, Error::Migration { reason, .. } if reason.contains("unsafe use of new value"))
}
