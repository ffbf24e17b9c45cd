use ::rocket::catcher::Handler;
use ::rocket::http::Status;
use ::rocket::response::Responder as _;
use ::rocket::{Catcher, Request, async_trait};

use super::guard::Resolved;
use crate::web::problem::Problem;

/// A default catcher that answers with problem documents: a guard's failure with what the guard has to say,
/// anything else (no such route, a body that is no JSON, a panic) with the status alone.
///
/// Being the default, it leaves room for the application's own catchers of single statuses.
pub fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, Problems)]
}

#[derive(Clone)]
struct Problems;

#[async_trait]
impl Handler for Problems {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> ::rocket::catcher::Result<'r> {
        problem(status, request).respond_to(request)
    }
}

fn problem(status: Status, request: &Request<'_>) -> Problem {
    if let Some(Err(error)) = &request.local_cache(|| Resolved(None)).0 {
        let problem = Problem::from(error);
        // A handler may have taken the failure in and ended for a reason of its own.
        if problem.status() == status.code {
            return problem;
        }
    }
    let code = match status.code {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        413 => "too_large",
        415 => "unsupported_media_type",
        422 => "invalid",
        503 => "unavailable",
        500.. => "internal",
        _ => "request_refused",
    };
    Problem::new(status.code, code)
}
