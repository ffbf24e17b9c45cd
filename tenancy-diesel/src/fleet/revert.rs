use tenancy_core::fleet::{FleetPlan, Policy};

use super::Fleet;
use super::subjects::{self, Which};
use super::template;
use crate::bookkeeping;
use crate::error::Error;

/// What is reverted, by what the template has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revert {
    /// So many of the newest migrations.
    Steps(usize),
    /// Whatever is newer than this version, which stays.
    To(String),
    /// These versions, newest first, which must be the template's newest when the run begins: what somebody was shown.
    Exactly(Vec<String>),
}

impl Default for Revert {
    /// The newest one.
    fn default() -> Self {
        Self::Steps(1)
    }
}

/// What there is to revert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevertPlan {
    /// The names of the migrations, newest first. The template loses them too, unless [`Policy::only`] names somebody.
    pub migrations: Vec<String>,
    /// Their versions, for [`Revert::Exactly`].
    pub versions: Vec<String>,
    /// The tenants that have one of them.
    pub tenants: FleetPlan,
}

impl Fleet<'_> {
    /// What [`revert`](Self::revert) would do. Two queries, and one or two more when the policy names tenants.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Migrations`] for a version that the template does not have, or that has no
    /// migration here.
    pub fn plan_revert(&self, what: &Revert, policy: &Policy) -> Result<RevertPlan, Error> {
        let catalog = self.catalog()?;
        let versions = self.which_to_revert(what)?;
        let name = |version: &String| catalog.find(version).map(|migration| migration.name.clone());
        let migrations =
            versions.iter().map(|version| name(version).ok_or_else(|| template::unknown(version)));
        let migrations = migrations.collect::<Result<_, _>>()?;
        let mut conn = self.context.operation()?;
        subjects::check_known(&mut conn, &subjects::named(policy))?;
        let subjects = subjects::read(&mut conn, Which::Having(&versions), &policy.only)?;
        let tenants = FleetPlan::down(&catalog, &versions, subjects, policy);
        Ok(RevertPlan { migrations, versions, tenants })
    }

    /// Which versions of the template, newest first.
    pub(super) fn which_to_revert(&self, what: &Revert) -> Result<Vec<String>, Error> {
        let newest = self.templates_versions()?.into_iter().rev();
        match what {
            Revert::Exactly(versions) => Ok(versions.clone()),
            Revert::Steps(steps) => Ok(newest.take(*steps).collect()),
            Revert::To(version) => {
                let versions: Vec<String> = newest.collect();
                match versions.iter().position(|applied| applied == version) {
                    Some(place) => Ok(versions[..place].to_vec()),
                    None => Err(Error::Migrations(format!(
                        "the template does not have version {version}: `tenancy status` shows what it has"
                    ))),
                }
            }
        }
    }

    /// What the template has, oldest first.
    pub(super) fn templates_versions(&self) -> Result<Vec<String>, Error> {
        bookkeeping::applied(&mut *self.context.operation()?, self.context.naming.template())
            .map_err(Error::query("read the template's migrations"))
    }
}
