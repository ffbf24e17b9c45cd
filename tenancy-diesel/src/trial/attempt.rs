use std::time::Instant;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_core::fleet::{Catalog, Migration};

use super::ground::Ground;
use super::scratch_reader::ScratchReader;
use super::settings::Settings;
use super::undone::undone;
use super::{SubjectTrial, TrialOptions};
use crate::bookkeeping;
use crate::context::Context;
use crate::error::Error;
use crate::migrations::Loaded;
use crate::ownership;
use crate::provision::{Provisioner, Tried};

/// How long a trial waits for anything, and others behind it.
const PATIENCE: &str = "SET LOCAL lock_timeout TO '2s'";

/// What every subject is tried with.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context,
    pub(super) catalog: &'a Catalog,
    pub(super) loaded: &'a [Loaded],
    pub(super) options: &'a TrialOptions,
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
