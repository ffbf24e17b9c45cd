use serde::Serialize;
use tenancy_core::fleet::{Catalog, Direction, FleetPlan, Policy, RunId};
use tenancy_core::name::TenantSlug;

use super::event::FleetEvent;
use super::failure::FleetError;
use super::options::RunOptions;
use super::report::FleetReport;
use super::revert::Revert;
use super::run::Run;
use super::stop::Stop;
use super::subjects::{self, Which};
use super::template::{self, Ending, Template, TemplateStanding};
use crate::context::Context;
use crate::error::Error;

/// Migrates all tenants.
#[derive(Debug, Clone, Copy)]
pub struct Fleet<'a> {
    pub(super) context: &'a Context,
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

    /// What there is to do. Costs one query, whatever the number of tenants (two or three with `only` or canaries that are
    /// named).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for one of `only`, or a canary; what reading the migrations or the registry gives.
    pub fn plan(&self, policy: &Policy) -> Result<FleetPlan, Error> {
        let catalog = self.catalog()?;
        let mut conn = self.context.operation()?;
        subjects::check_known(&mut conn, &subjects::named(policy))?;
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

    /// Brings the template up to date, and makes it if it is missing. Returns the names of what was applied. Tries until
    /// nobody is in the way; sign-ups go on between two attempts.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] names the migration and what PostgreSQL said.
    pub fn migrate_template(&self) -> Result<Vec<String>, Error> {
        let loaded = self.context.migrations.load()?;
        let catalog = self.catalog()?;
        // Nobody is there to try it again.
        let policy = Policy { attempts: u32::MAX, ..Policy::default() };
        let template = Template {
            context: self.context,
            loaded: &loaded,
            direction: Direction::Up,
            versions: &catalog.versions(),
            policy: &policy,
            name: None,
            stop: &Stop::new(),
        };
        let (done, ending) = template.run(
            || self.context.operation(),
            |attempt, reason, after| tracing::info!(attempt, reason, ?after, "the template is tried again"),
        );
        if !done.is_empty() {
            // Spares are of the template as it was.
            self.context.refill.wake();
        }
        match ending {
            Ending::Failed(error) => Err(error),
            Ending::Done | Ending::Stopped => Ok(done),
        }
    }

    /// Brings the template and then every tenant up to date. Blocks until all are done; `observer` is called on this thread
    /// with what happens.
    ///
    /// Tenants with much the same to do share a transaction; each migration of a tenant is written down in the schema, in
    /// the registry and in the run's ledger by the transaction that applies it. A failure concerns its tenant only, unless
    /// [`Policy::budget`] says otherwise. A tenant that is created meanwhile ends at the new version. With nothing to do,
    /// one query is asked, and nothing is written.
    ///
    /// A service may call this where it starts, in as many replicas as there are: one of them migrates, and
    /// [`RunOptions::if_running`] says whether the others wait for it or go on.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tenancy_diesel::Error> {
    /// # let tenancy = tenancy_diesel::Tenancy::builder().database_url("postgres://localhost/app").build()?;
    /// use tenancy_diesel::core::fleet::{Canaries, ErrorBudget, Policy};
    /// use tenancy_diesel::{FleetEvent, RunOptions};
    ///
    /// let policy = Policy {
    ///     canaries: Canaries::Count(3),
    ///     wave_size: Some(500),
    ///     budget: ErrorBudget { failures: Some(10), percent: None },
    ///     ..Policy::default()
    /// };
    /// let report = tenancy.fleet().migrate(&RunOptions::from(policy), |event| {
    ///     if let FleetEvent::Tenant(tenant) = event {
    ///         println!("{}: {}", tenant.slug, tenant.error.as_deref().unwrap_or("migrated"));
    ///     }
    /// })?;
    /// assert!(report.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`FleetError`] with what kept the run from starting or from going on, and the report of what was done. What fails in
    /// the template or in a tenant is in the report.
    pub fn migrate(
        &self,
        options: &RunOptions,
        mut observer: impl FnMut(&FleetEvent<'_>),
    ) -> Result<FleetReport, FleetError> {
        Run::new(self.context, options, Direction::Up, &mut observer)?.up()
    }

    /// Goes on with a run that was paused, failed or was interrupted: `run`, or the latest of those. It goes where it was to
    /// go, by the policy that it began with ([`Policy::jobs`] aside, if it is set); tenants that failed are tried again.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate); [`Error::NothingToResume`], [`Error::UnknownRun`], [`Error::RunOver`],
    /// [`Error::RunUnderWay`].
    pub fn resume(
        &self,
        run: Option<RunId>,
        options: &RunOptions,
        mut observer: impl FnMut(&FleetEvent<'_>),
    ) -> Result<FleetReport, FleetError> {
        Run::new(self.context, options, Direction::Up, &mut observer)?.resume(run)
    }

    /// Reverts migrations of the template, and the same in every tenant that has them. With [`Policy::only`], the template
    /// is left alone and those tenants revert what is the template's newest.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate); [`Error::MigrationRefused`] before anything is done when one of them has no way down.
    pub fn revert(
        &self,
        what: &Revert,
        options: &RunOptions,
        mut observer: impl FnMut(&FleetEvent<'_>),
    ) -> Result<FleetReport, FleetError> {
        let versions = self.which_to_revert(what)?;
        if versions.is_empty() {
            return Ok(FleetReport::default());
        }
        Run::new(self.context, options, Direction::Down, &mut observer)?.down(versions)
    }
}
