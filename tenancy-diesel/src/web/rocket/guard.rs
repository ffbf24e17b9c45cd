use std::ops::Deref;

use ::rocket::http::Status;
use ::rocket::http::uri::Host;
use ::rocket::request::{FromRequest, Outcome};
use ::rocket::{Ignite, Request, Rocket, Sentinel, async_trait};
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::ResolveError;
use tenancy_core::tenant::ActiveTenant;

use crate::error::Error;
use crate::tenancy::Tenancy;
use crate::tenant_db::TenantDb;
use crate::web::problem::Problem;

/// The tenant of the request. Cheap to clone.
///
/// ```
/// use rocket::get;
/// use tenancy_diesel::web::rocket::CurrentTenant;
///
/// #[get("/hello")]
/// fn hello(tenant: CurrentTenant) -> String {
///     format!("Welcome to {}", tenant.name)
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentTenant(ActiveTenant);

impl CurrentTenant {
    /// The tenant, for whoever asks for an [`ActiveTenant`].
    pub fn into_inner(self) -> ActiveTenant {
        self.0
    }
}

impl Deref for CurrentTenant {
    type Target = ActiveTenant;

    fn deref(&self) -> &ActiveTenant {
        &self.0
    }
}

/// What the first guard of a request found; `None` when none asked.
pub(super) struct Resolved(pub(super) Option<Result<ActiveTenant, Error>>);

#[async_trait]
impl<'r> FromRequest<'r> for CurrentTenant {
    type Error = &'r Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, &'r Error> {
        tenant_of(request).await.map(|(_, tenant)| Self(tenant.clone()))
    }
}

#[async_trait]
impl<'r> FromRequest<'r> for TenantDb {
    type Error = &'r Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, &'r Error> {
        tenant_of(request).await.map(|(tenancy, tenant)| tenancy.db(tenant.clone()))
    }
}

impl Sentinel for CurrentTenant {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        cannot_resolve(rocket)
    }
}

impl Sentinel for TenantDb {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        cannot_resolve(rocket)
    }
}

/// Says why, because Rocket only names the guard.
fn cannot_resolve(rocket: &Rocket<Ignite>) -> bool {
    let missing = match rocket.state::<Tenancy>() {
        None => "no `Tenancy` is managed: attach `TenancyFairing::new(tenancy)`, or `.manage(tenancy)`",
        Some(tenancy) if !tenancy.resolves() => {
            "the `Tenancy` has no source of the tenant's name: add one with `TenancyBuilder::resolve_by`"
        }
        Some(_) => return false,
    };
    tracing::error!("a handler asks for the request's tenant, but {missing}");
    true
}

async fn tenant_of<'r>(request: &'r Request<'_>) -> Outcome<(&'r Tenancy, &'r ActiveTenant), &'r Error> {
    // The sentinels made sure that it is there, unless the guard is called by hand.
    let Some(tenancy) = request.rocket().state::<Tenancy>() else {
        return Outcome::Error((Status::InternalServerError, &Error::NoTenantNamed));
    };
    let resolved = request
        .local_cache_async(async {
            let answer = match parts(request) {
                Ok(parts) => tenancy.resolve_async(parts).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = &answer {
                Problem::from(error).log(error);
            }
            Resolved(Some(answer))
        })
        .await;
    match &resolved.0 {
        Some(Ok(tenant)) => Outcome::Success((tenancy, tenant)),
        Some(Err(error)) => {
            let status = Problem::from(error).status();
            Outcome::Error((Status::new(status), error))
        }
        None => Outcome::Error((Status::InternalServerError, &Error::NoTenantNamed)),
    }
}

fn parts(request: &Request<'_>) -> Result<RequestParts, ResolveError> {
    let mut hosts = request.headers().get("Host");
    let header = hosts.next();
    // RFC 9112, section 3.2: a request with two of them is bad. A proxy in front may have looked at the other.
    if hosts.next().is_some() {
        return Err(ResolveError::Repeated { from: "Host header" });
    }
    // Rocket reads the header of a real request; that of a local client only lies among the headers.
    let host = match request.host() {
        Some(host) => Some(host.to_string()),
        None => header.and_then(|header| Host::parse(header).ok()).map(|host| host.to_string()),
    };
    let parts = RequestParts::new(host.as_deref(), request.uri().path().as_str());
    Ok(request
        .headers()
        .iter()
        .fold(parts, |parts, header| parts.header(header.name().as_str(), header.value())))
}
