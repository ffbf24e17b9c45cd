use super::FleetReport;
use crate::error::Error;

/// Why a run could not be begun or went no further, and what it had done until then.
///
/// What fails in the template or in a tenant is no such error: it stands in the [`FleetReport`].
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct FleetError {
    /// What was done. What is in here as done stays so.
    pub report: Box<FleetReport>,
    /// What went wrong: the database went away, for example.
    #[source]
    pub source: Error,
}

impl From<Error> for FleetError {
    fn from(source: Error) -> Self {
        Self { report: Box::default(), source }
    }
}

impl From<FleetError> for Error {
    fn from(error: FleetError) -> Self {
        error.source
    }
}
