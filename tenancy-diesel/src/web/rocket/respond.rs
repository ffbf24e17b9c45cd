use std::io::Cursor;

use ::rocket::Request;
use ::rocket::http::{ContentType, Header, Status};
use ::rocket::response::{self, Responder, Response};

use crate::error::{Error, RunError};
use crate::web::problem::Problem;

/// The document, with its status and `Retry-After`.
impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = ::rocket::serde::json::to_string(&self).map_err(|_| Status::InternalServerError)?;
        let mut response = Response::build();
        response
            .status(Status::new(self.status()))
            .header(ContentType::new("application", "problem+json"))
            .sized_body(body.len(), Cursor::new(body));
        if let Some(seconds) = self.retry_after_seconds() {
            response.header(Header::new("Retry-After", seconds.to_string()));
        }
        response.ok()
    }
}

/// What the client may read ([`Problem`]); the rest is logged here.
impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let problem = Problem::from(&self);
        problem.log(&self);
        problem.respond_to(request)
    }
}

/// The library's error, or what the work has to say for itself.
impl<'r, 'o: 'r, E: Responder<'r, 'o>> Responder<'r, 'o> for RunError<E> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        match self {
            Self::Tenancy(error) => error.respond_to(request),
            Self::Work(error) => error.respond_to(request),
        }
    }
}
