use diesel::result::Error as DieselError;

use super::Error;

/// Why [`TenantDb::run`](crate::TenantDb::run) gave no result: the library, or the work that was passed to it.
///
/// `?` turns it into an [`Error`] when the work fails with Diesel's error.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// The connection could not be had.
    #[error(transparent)]
    Tenancy(Error),
    /// The work itself failed.
    #[error(transparent)]
    Work(E),
}

impl<E: From<Error>> RunError<E> {
    /// One error for both cases, for an application whose own error can hold this library's.
    pub fn into_inner(self) -> E {
        match self {
            Self::Tenancy(error) => error.into(),
            Self::Work(error) => error,
        }
    }
}

impl From<RunError<DieselError>> for Error {
    fn from(error: RunError<DieselError>) -> Self {
        match error {
            RunError::Tenancy(error) => error,
            RunError::Work(error) => error.into(),
        }
    }
}

impl From<RunError<Error>> for Error {
    fn from(error: RunError<Error>) -> Self {
        error.into_inner()
    }
}
