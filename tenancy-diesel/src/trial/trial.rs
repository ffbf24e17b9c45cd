use std::time::Instant;

use tenancy_core::fleet::{Subject, sample};

use super::attempt::Attempt;
use super::{SubjectTrial, TrialOptions, TrialReport, TrialTenants};
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::Error;
use crate::fleet::{Fleet, Which, read_subjects};
use crate::provision::Tried;

/// Tries pending migrations on clones, and rolls back.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    context: &'a Context,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// Applies what is pending to a scratch clone of the template and of some tenants, each in one transaction that is
    /// rolled back, one after the other, and reports what each migration changed, how long it took and, if that is asked
    /// for, whether it can be undone. `finished` is called on this thread after each. Blocks until all are done.
    ///
    /// No schema, role, lock or row of the registry is left, whatever happens, and nobody ever sees the clones. What a
    /// rollback does not undo is undone by nobody: values of sequences in shared schemas, files and programs
    /// (`COPY .. TO PROGRAM`), what functions do elsewhere (`dblink`). A migration that ends its transaction itself is not
    /// run; one that runs outside of a transaction cannot be tried, nor what follows it.
    ///
    /// Waits two seconds at most for a lock, and fails in that subject then. A clone with rows costs what the rows cost:
    /// time, disk and write-ahead log.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tenancy_diesel::Error> {
    /// # let tenancy = tenancy_diesel::Tenancy::builder().database_url("").build()?;
    /// use tenancy_diesel::TrialOptions;
    /// let options = TrialOptions { reversible: true, ..TrialOptions::default() };
    /// let report = tenancy.trial().run(&options, |_| {})?;
    /// assert!(report.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Only what keeps a trial from starting, [`Error::UnknownTenant`] among it; what fails in a clone is in the report.
    pub fn run(
        &self,
        options: &TrialOptions,
        mut finished: impl FnMut(&SubjectTrial),
    ) -> Result<TrialReport, Error> {
        let began = Instant::now();
        let fleet = Fleet::new(self.context);
        let catalog = fleet.catalog()?;
        let template = fleet.template()?;
        let subjects = self.subjects(options, &catalog.versions())?;
        let loaded = self.context.migrations.load()?;
        let attempt = Attempt { context: self.context, catalog: &catalog, loaded: &loaded, options };
        let template = (!template.pending.is_empty())
            .then(|| (SubjectTrial::new(None, template.schema.clone()), Tried::Template(&template.schema)));
        let tenants = subjects.iter().map(|subject| {
            let trial = SubjectTrial::new(Some(subject.slug.clone()), subject.schema.clone());
            (trial, Tried::Tenant(subject.id))
        });
        // Not of the pool for operators' work, on which sign-ups wait.
        let pool = self.context.control_pool(1);
        let mut report = TrialReport { subjects: Vec::new(), took: began.elapsed() };
        for (mut trial, tried) in template.into_iter().chain(tenants) {
            // A connection for each: the gate wipes what the migrations left in the session.
            match pool.control().map(ControlConnection::new) {
                Ok(mut conn) => attempt.make(&mut conn, tried, &mut trial),
                Err(error) => trial.error = Some(error.to_string()),
            }
            finished(&trial);
            report.subjects.push(trial);
        }
        report.took = began.elapsed();
        Ok(report)
    }

    /// The tenants that are tried: those that were named, or a sample, as far as they lack something.
    fn subjects(&self, options: &TrialOptions, versions: &[&str]) -> Result<Vec<Subject>, Error> {
        let only = match &options.tenants {
            TrialTenants::Sample(_) => &[][..],
            TrialTenants::Only(only) if only.is_empty() => return Ok(Vec::new()),
            TrialTenants::Only(only) => only,
        };
        let lacking = read_subjects(&mut *self.context.operation()?, Which::Lacking(versions), only)?;
        Ok(match options.tenants {
            TrialTenants::Sample(count) => sample(&lacking, count).into_iter().cloned().collect(),
            TrialTenants::Only(_) => lacking,
        })
    }
}
