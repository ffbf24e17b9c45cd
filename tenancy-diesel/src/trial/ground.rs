use std::time::Instant;

use diesel::PgConnection;
use tenancy_core::fleet::{Direction, Migration};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::structure::{Difference, Structure};

use super::attempt::Attempt;
use super::scratch_reader::ScratchReader;
use super::settings::Settings;
use super::undone::{forget, is_open};
use super::{MigrationTrial, NotTried, Reversal, SubjectTrial, constraints};
use crate::error::Error;
use crate::fleet::{Target, apply, find};
use crate::provision::Scratch;

/// A clone on which migrations are tried, in the transaction that made it.
pub(super) struct Ground<'a> {
    pub(super) attempt: &'a Attempt<'a>,
    pub(super) scratch: &'a Scratch,
    /// What was cloned, by the name that people know; the template has no slug.
    pub(super) source: SchemaName,
    pub(super) slug: Option<TenantSlug>,
    pub(super) settings: Settings,
    pub(super) reader: ScratchReader<'a>,
    /// The structure before the first migration, and after each.
    pub(super) states: Vec<Structure>,
}

impl Ground<'_> {
    /// Up, oldest first.
    pub(super) fn apply_all(
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
    pub(super) fn reverse_all(
        &mut self,
        conn: &mut PgConnection,
        pending: &[&Migration],
        trial: &mut SubjectTrial,
    ) -> Result<(), Error> {
        let applied = trial.migrations.len();
        let mut first = applied;
        while let Some(place) = first.checked_sub(1) {
            let mut reversal = Reversal::default();
            match self.run(conn, pending[place], Direction::Down) {
                Ok(()) => {
                    reversal.left = self.changes_since(conn, place)?.0;
                    first = place;
                }
                Err(error) => reversal.error = Some(format!("down: {error}")),
            }
            let failed = reversal.error.is_some();
            trial.migrations[place].reversal = Some(reversal);
            self.refuse_ended(conn, pending[place])?;
            if failed {
                break;
            }
        }
        for (place, migration) in pending.iter().enumerate().take(applied).skip(first) {
            let (again, error) = match self.run(conn, migration, Direction::Up) {
                Ok(()) => (self.changes_since(conn, place + 1)?.0, None),
                Err(error) => (Vec::new(), Some(format!("up again: {error}"))),
            };
            let failed = error.is_some();
            if let Some(reversal) = &mut trial.migrations[place].reversal {
                (reversal.again, reversal.error) = (again, error);
            }
            self.refuse_ended(conn, migration)?;
            if failed {
                break;
            }
        }
        Ok(())
    }

    /// Runs one migration as the fleet does, under the settings of a new session, to the checks of its commit.
    fn run(&self, conn: &mut PgConnection, migration: &Migration, direction: Direction) -> Result<(), Error> {
        let loaded = find(self.attempt.loaded, &migration.version)?;
        // A text that ends its transaction is refused before anything of it is run.
        loaded.action(direction)?;
        forget(conn)?;
        self.settings.restore(conn)?;
        let schema = &self.scratch.schema;
        let shared = &self.attempt.context.shared;
        let target = Target { schema, slug: self.slug.as_ref(), shared };
        let result = apply(conn, target, loaded, direction).map_err(|failed| failed.error);
        self.refuse_ended(conn, migration)?;
        result.map_err(|error| match error {
            Error::Migration { reason, .. } => self.failed(migration, reason),
            error => error,
        })?;
        constraints::defer_again(conn, schema)
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
