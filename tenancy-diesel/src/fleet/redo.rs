use tenancy_core::fleet::Direction;

use super::Fleet;
use super::event::FleetEvent;
use super::failure::FleetError;
use super::options::RunOptions;
use super::report::FleetReport;
use super::revert::Revert;
use super::run::Run;

/// What became of the two runs of a redo.
#[derive(Debug)]
#[must_use = "what failed is in here, and nowhere else"]
pub struct Redone {
    /// The run that reverted.
    pub reverted: FleetReport,
    /// The run that migrated again; none when the first one was not a success, or there was nothing to revert.
    pub migrated: Option<Result<FleetReport, FleetError>>,
}

impl Redone {
    /// Whether everything that was to be done is done.
    pub fn is_success(&self) -> bool {
        self.reverted.is_success()
            && match &self.migrated {
                Some(Ok(report)) => report.is_success(),
                Some(Err(_)) => false,
                None => self.reverted.run.is_none(),
            }
    }
}

impl Fleet<'_> {
    /// Reverts migrations and applies them again, as they are now: two runs of the ledger. The template and the tenants end
    /// where the template was; what it did not have is not applied. When something cannot be reverted, it is left at that.
    ///
    /// # Errors
    ///
    /// As [`revert`](Self::revert). That the second run could not be begun, or went no further, is in [`Redone`].
    pub fn redo(
        &self,
        what: &Revert,
        options: &RunOptions,
        mut observer: impl FnMut(&FleetEvent<'_>),
    ) -> Result<Redone, FleetError> {
        let before = self.templates_versions()?;
        let reverted = self.revert(what, options, &mut observer)?;
        if reverted.run.is_none() || !reverted.is_success() {
            return Ok(Redone { reverted, migrated: None });
        }
        let again = Run::new(self.context, options, Direction::Up, &mut observer).and_then(|mut run| {
            run.limit_to(&before)?;
            Ok(run)
        });
        Ok(Redone { reverted, migrated: Some(again.map_err(FleetError::from).and_then(Run::up)) })
    }
}
