//! Thin handlers: read the request, call a model, answer.

mod admin;
mod customers;
mod health;
mod home;
mod messages;
mod signup;
mod tickets;

use rocket::http::{Header, Status};
use rocket::response::Responder;
use rocket::serde::json::Json;
use rocket::{Catcher, Request, Route, catch};
use tenancy_diesel::web::Problem;

/// All routes.
pub fn all() -> Vec<Route> {
    [
        admin::routes(),
        customers::routes(),
        health::routes(),
        home::routes(),
        messages::routes(),
        signup::routes(),
        tickets::routes(),
    ]
    .concat()
}

/// The catchers that say more than the library's default one.
pub fn catchers() -> Vec<Catcher> {
    rocket::catchers![unauthorized]
}

/// 201 with the location of what was made.
#[derive(Debug, Responder)]
#[response(status = 201)]
pub(crate) struct Created<T> {
    body: Json<T>,
    location: Header<'static>,
}

impl<T> Created<T> {
    pub(crate) fn at(location: String, body: T) -> Self {
        Self { body: Json(body), location: Header::new("Location", location) }
    }
}

/// RFC 9110, section 15.5.2: who is refused is told how to ask.
#[derive(Debug, Responder)]
struct Unauthorized {
    problem: Problem,
    challenge: Header<'static>,
}

#[catch(401)]
fn unauthorized(_: Status, _: &Request<'_>) -> Unauthorized {
    Unauthorized {
        problem: Problem::new(401, "unauthorized")
            .detail("This needs the header `Authorization: Bearer <ADMIN_TOKEN>`."),
        challenge: Header::new("WWW-Authenticate", "Bearer realm=\"admin\""),
    }
}
