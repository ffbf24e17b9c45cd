use rocket::{Route, State, post, routes};
use serde::Serialize;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::Tenant;
use tenancy_diesel::{NewTenant, Tenancy};

use super::Created;
use crate::config::Config;
use crate::error::ApiError;
use crate::fields::{Body, Fields};

pub(super) fn routes() -> Vec<Route> {
    routes![sign_up]
}

#[derive(Debug, Serialize)]
struct SignedUp {
    slug: TenantSlug,
    name: String,
    url: String,
}

#[post("/signup", data = "<body>")]
async fn sign_up(
    tenancy: &State<Tenancy>,
    config: &State<Config>,
    rocket: &rocket::Config,
    body: Body<'_>,
) -> Result<Created<impl Serialize + use<>>, ApiError> {
    let mut fields = Fields::of(body)?;
    let new = new_tenant(&mut fields, "subdomain");
    fields.finish()?;
    let Some(new) = new else { return Err(ApiError::field("subdomain", "is missing")) };
    let tenant = tenancy.run(move |tenancy| tenancy.provisioner().create(&new)).await?;
    let Tenant { slug, name, .. } = tenant;
    let url = config.url_of(&slug.host_label(), rocket.port);
    Ok(Created::at(url.clone(), SignedUp { slug, name, url }))
}

/// A tenant out of `name` and a field that names its slug. What is wrong is noted.
pub(super) fn new_tenant(fields: &mut Fields, slug_field: &'static str) -> Option<NewTenant> {
    let name = fields.text("name", 200);
    let label = fields.text(slug_field, 200);
    if label.is_empty() {
        return None;
    }
    // Host names know no `_`, so both forms are the same name.
    match TenantSlug::parse(&label.replace('-', "_")) {
        Err(error) => fields.wrong(slug_field, format!("is no name for a tenant: {error}")),
        // RFC 1123, section 2.1: labels begin and end with a letter or a digit.
        Ok(slug) if slug.as_str().starts_with('_') || slug.as_str().ends_with('_') => {
            fields.wrong(slug_field, "must begin and end with a letter or a digit");
        }
        Ok(slug) => return Some(NewTenant::new(slug).name(name)),
    }
    None
}
