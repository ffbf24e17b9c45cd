//! Request guards, catchers and responses for Rocket 0.5.
//!
//! * [`TenantDb`](crate::TenantDb): the right to work on the request's tenant; what most handlers take.
//! * [`CurrentTenant`]: the request's tenant by itself.
//! * [`TenancyFairing`]: manages the [`Tenancy`](crate::Tenancy) and answers failures with problem documents.
//! * [`catchers`]: the latter by itself.
//! * `Result<_, Error>`: [`Error`](crate::Error), [`RunError`](crate::RunError) and [`Problem`](crate::web::Problem) are responses.
//!
//! ```no_run
//! use diesel::prelude::*;
//! use rocket::serde::json::Json;
//! use rocket::{get, routes};
//! use tenancy_diesel::core::resolve::Subdomain;
//! use tenancy_diesel::web::rocket::TenancyFairing;
//! use tenancy_diesel::{Error, Tenancy, TenantDb};
//!
//! diesel::table! { notes (id) { id -> Integer, body -> Text, } } // no schema: the tenant decides
//!
//! #[get("/notes")]
//! async fn list(db: TenantDb) -> Result<Json<Vec<String>>, Error> {
//!     let bodies = db.run(|conn| notes::table.select(notes::body).load(conn)).await?;
//!     Ok(Json(bodies))
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let tenancy = Tenancy::builder()
//!     .database_url("postgres://localhost/app")
//!     .resolve_by(Subdomain::of("example.com"))
//!     .build()?;
//! let rocket = rocket::build().attach(TenancyFairing::new(tenancy)).mount("/", routes![list]);
//! # drop(rocket);
//! # Ok(())
//! # }
//! ```
//!
//! # What a guard does
//!
//! It asks the sources that were given to [`TenancyBuilder::resolve_by`](crate::TenancyBuilder::resolve_by),
//! once per request however many guards there are, and takes no connection: two guards in one handler do not
//! need two connections, and a pool of one is enough. The connection comes with
//! [`TenantDb::run`](crate::TenantDb::run), which asks the registry again: a tenant that was suspended a moment ago is refused there.
//!
//! A guard that fails ends the request with the status of its [`Problem`](crate::web::Problem); a handler that
//! takes `Result<TenantDb, &Error>` decides for itself.
//!
//! Rocket refuses to launch when a handler takes a guard and no [`Tenancy`](crate::Tenancy) is managed, or when it has no
//! source of the tenant's name.
//!
//! # The host
//!
//! Rocket takes the host from the `Host` header (HTTP/1) or from `:authority` (HTTP/2). Behind a proxy, let the
//! proxy pass the original one on; `X-Forwarded-Host` is not read, because anybody can send it.

mod catcher;
mod fairing;
mod guard;
mod respond;

pub use catcher::catchers;
pub use fairing::TenancyFairing;
pub use guard::CurrentTenant;
