use std::thread;
use std::time::Instant;

use serde::Serialize;
use tenancy_core::fleet::{Catalog, FleetPlan, Policy, Subject};
use tenancy_core::name::TenantSlug;

use super::crew::Crew;
use super::report::{FleetReport, TenantReport};
use super::subjects::{self, Which};
use super::template::{self, TemplateStanding};
use super::worker::Task;
use crate::context::Context;
use crate::error::Error;

/// Migrates all tenants.
#[derive(Debug, Clone, Copy)]
pub struct Fleet<'a> {
    pub(super) context: &'a Context,
}

/// How a run goes about it.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many tenants at a time, each with a connection of its own; twice the processors unless set.
    pub jobs: usize,
    /// Only these tenants; all when empty.
    pub only: Vec<TenantSlug>,
    /// Begin no further tenant once one failed. Unless set, a failure stops nobody else.
    pub stop_at_failure: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(2, usize::from);
        Self { jobs: processors * 2, only: Vec::new(), stop_at_failure: false }
    }
}

/// Where one tenant stands.
#[derive(Debug, Clone, Serialize)]
pub struct TenantStanding {
    /// The tenant.
    pub slug: TenantSlug,
    /// The newest migration that the registry has on record.
    pub version: Option<String>,
    /// The names of the migrations that it lacks, oldest first.
    pub pending: Vec<String>,
}

impl<'a> Fleet<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// The migrations there are.
    ///
    /// # Errors
    ///
    /// [`Error::Migrations`], [`Error::Catalog`].
    pub fn catalog(&self) -> Result<Catalog, Error> {
        self.context.migrations.catalog()
    }

    /// What there is to do. Costs one query, whatever the number of tenants (two with `only`).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for one of `only`; what reading the migrations or the registry gives.
    pub fn plan(&self, policy: &Policy) -> Result<FleetPlan, Error> {
        let catalog = self.catalog()?;
        let mut conn = self.context.operation()?;
        let subjects = subjects::read(&mut conn, Which::Lacking(&catalog.versions()), &policy.only)?;
        Ok(FleetPlan::up(&catalog, subjects, policy))
    }

    /// Where every tenant stands, in alphabetical order. One query.
    ///
    /// # Errors
    ///
    /// What reading the migrations or the registry gives.
    pub fn status(&self) -> Result<Vec<TenantStanding>, Error> {
        let catalog = self.catalog()?;
        let subjects = subjects::read(&mut *self.context.operation()?, Which::All, &[])?;
        Ok(subjects
            .into_iter()
            .map(|subject| TenantStanding {
                pending: catalog.missing(&subject.applied).map(|m| m.name.clone()).collect(),
                version: subject.applied.last().cloned(),
                slug: subject.slug,
            })
            .collect())
    }

    /// Where the template stands. Two or three short queries.
    ///
    /// # Errors
    ///
    /// What reading the migrations or the template gives.
    pub fn template(&self) -> Result<TemplateStanding, Error> {
        let catalog = self.catalog()?;
        template::standing(&mut *self.context.operation()?, self.context, &catalog)
    }

    /// Brings the template up to date, and makes it if it is missing. Returns the names of what was applied.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] names the migration and what PostgreSQL said.
    pub fn migrate_template(&self) -> Result<Vec<String>, Error> {
        let catalog = self.catalog()?;
        let mut conn = self.context.operation()?;
        let (done, result) = template::migrate(&mut conn, self.context, &catalog);
        result.map(|()| done)
    }

    /// Brings the template and then every tenant up to date, each migration of each tenant in a transaction of
    /// its own. Blocks until all are done; `finished` is called on this thread as each tenant is.
    ///
    /// A tenant that is created meanwhile ends at the new version. With nothing to do, no tenant is asked.
    ///
    /// # Errors
    ///
    /// Only what keeps the run from starting; what fails in the template or in a tenant is in the report.
    pub fn migrate(
        &self,
        options: &RunOptions,
        mut finished: impl FnMut(&TenantReport),
    ) -> Result<FleetReport, Error> {
        let began = Instant::now();
        let catalog = self.catalog()?;
        let mut report = FleetReport::default();
        let mut conn = self.context.operation()?;
        let (done, result) = template::migrate(&mut conn, self.context, &catalog);
        // Through the gate: the template lock is released, sign-ups go on.
        drop(conn);
        // Spares are of the template as it was.
        self.context.refill.wake();
        report.template = done;
        if let Err(error) = result {
            report.template_error = Some(error.to_string());
            report.took = began.elapsed();
            return Ok(report);
        }
        let subjects = subjects::read(
            &mut *self.context.operation()?,
            Which::Lacking(&catalog.versions()),
            &options.only,
        )?;
        self.work_through(&subjects, Task::Migrate(&catalog), options, &mut finished, &mut report)?;
        report.took = began.elapsed();
        Ok(report)
    }

    /// Reverts the newest migration of the template, and the same migration in every tenant that has it.
    /// With `only`, the template is left alone and each of those tenants reverts the template's newest one.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate).
    pub fn revert(
        &self,
        options: &RunOptions,
        mut finished: impl FnMut(&TenantReport),
    ) -> Result<FleetReport, Error> {
        let began = Instant::now();
        let catalog = self.catalog()?;
        let mut report = FleetReport::default();
        let version = if options.only.is_empty() {
            match template::revert(&mut *self.context.operation()?, self.context, &catalog) {
                Ok(version) => version,
                Err(error) => {
                    report.template_error = Some(error.to_string());
                    report.took = began.elapsed();
                    return Ok(report);
                }
            }
        } else {
            template::newest(&mut *self.context.operation()?, self.context)?
        };
        let Some(version) = version else { return Ok(report) };
        if options.only.is_empty() {
            report.template.extend(catalog.find(&version).map(|migration| migration.name.clone()));
        }
        let subjects =
            subjects::read(&mut *self.context.operation()?, Which::Having(&version), &options.only)?;
        let task = Task::Revert(&catalog, &version);
        self.work_through(&subjects, task, options, &mut finished, &mut report)?;
        report.took = began.elapsed();
        Ok(report)
    }

    fn work_through(
        &self,
        subjects: &[Subject],
        task: Task<'_>,
        options: &RunOptions,
        finished: &mut dyn FnMut(&TenantReport),
        report: &mut FleetReport,
    ) -> Result<(), Error> {
        let loaded = self.context.migrations.load()?;
        let crew = Crew {
            context: self.context,
            jobs: options.jobs,
            stop_at_failure: options.stop_at_failure,
            loaded: &loaded,
        };
        let ended = crew.run(subjects, task, &mut |tenant| {
            finished(&tenant);
            report.tenants.push(tenant);
        });
        report.not_begun = ended.not_begun;
        report.stopped = ended.because.map(|error| error.to_string());
        Ok(())
    }
}
