//! What a handler may end with.

use diesel::result::Error as DieselError;
use rocket::Request;
use rocket::response::{self, Responder};
use serde_json::json;
use tenancy_diesel::web::Problem;
use tenancy_diesel::{Error, RunError};

/// What a handler may end with: something to tell the client, or an error of library or database, of which the
/// client is told only what it may know.
#[derive(Debug)]
pub enum ApiError {
    /// For the client.
    Problem(Problem),
    /// For the log.
    Tenancy(Error),
}

impl ApiError {
    /// 422 for one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![(field.to_owned(), message.into())])
    }

    /// 422 for several fields.
    pub fn fields(errors: Vec<(String, String)>) -> Self {
        let detail = errors.iter().map(|(field, message)| format!("{field} {message}")).collect::<Vec<_>>();
        let errors: Vec<_> =
            errors.iter().map(|(field, message)| json!({"field": field, "message": message})).collect();
        Self::Problem(
            Problem::new(422, "invalid").detail(format!("{}.", detail.join("; "))).with("errors", errors),
        )
    }

    /// 404 for something that has an id.
    pub fn not_found(what: &'static str) -> Self {
        Self::Problem(Problem::new(404, "not_found").detail(format!("There is no such {what}.")))
    }

    /// 409.
    pub fn conflict(detail: &'static str) -> Self {
        Self::Problem(Problem::new(409, "conflict").detail(detail))
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Tenancy(error)
    }
}

impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        Self::Tenancy(error.into())
    }
}

impl From<RunError<DieselError>> for ApiError {
    fn from(error: RunError<DieselError>) -> Self {
        Self::Tenancy(error.into())
    }
}

impl From<RunError<ApiError>> for ApiError {
    fn from(error: RunError<ApiError>) -> Self {
        error.into_inner()
    }
}

impl<'r> Responder<'r, 'static> for ApiError {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Problem(problem) => problem.respond_to(request),
            Self::Tenancy(error) => error.respond_to(request),
        }
    }
}
