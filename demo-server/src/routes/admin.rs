//! The tenants, for whoever runs the service.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, async_trait, delete, get, patch, post, routes};
use serde_json::Value;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::{Tenant, TenantStatus};
use tenancy_diesel::{Error, ListTenants, Tenancy, TenantChange};

use super::Created;
use super::signup::new_tenant;
use crate::config::Config;
use crate::error::ApiError;
use crate::fields::{Body, Fields};
use crate::paging::{Page, Paging, filter};

const STATUSES: &str = "one of active suspended archived";

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, change, remove]
}

/// Whoever knows the token.
struct Admin;

#[async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let given = request.headers().get_one("Authorization").and_then(|value| value.split_once(' '));
        let is_admin = match (given, request.rocket().state::<Config>()) {
            (Some((scheme, token)), Some(config)) => {
                scheme.eq_ignore_ascii_case("Bearer") && config.admin_token.is(token.trim())
            }
            _ => false,
        };
        if is_admin { Outcome::Success(Self) } else { Outcome::Error((Status::Unauthorized, ())) }
    }
}

#[get("/admin/tenants?<status>&<paging..>")]
async fn list(
    _admin: Admin,
    tenancy: &State<Tenancy>,
    status: Option<&str>,
    paging: Paging<'_>,
) -> Result<Page<Tenant>, ApiError> {
    let limit = paging.limit()?;
    let status: Option<TenantStatus> = filter("status", status, STATUSES)?;
    let page = ListTenants { status, after: paging.after()?, limit: Some(limit + 1) };
    let tenants = tenancy.run(move |tenancy| tenancy.registry().list(&page)).await?;
    let filters = [("status", status.map(|status| status.to_string()))];
    Ok(Page::new(tenants, limit, "/admin/tenants", &filters, |tenant| tenant.slug.to_string()))
}

#[post("/admin/tenants", data = "<body>")]
async fn create(
    _admin: Admin,
    tenancy: &State<Tenancy>,
    body: Body<'_>,
) -> Result<Created<Tenant>, ApiError> {
    let mut fields = Fields::of(body)?;
    let new = new_tenant(&mut fields, "slug");
    let plan = fields.optional_text("plan", 100);
    let settings = settings(&mut fields);
    fields.finish()?;
    let Some(mut new) = new else { return Err(ApiError::field("slug", "is missing")) };
    if let Some(plan) = plan {
        new = new.plan(plan);
    }
    if let Some(settings) = settings {
        new = new.settings(settings);
    }
    let tenant = tenancy.run(move |tenancy| tenancy.provisioner().create(&new)).await?;
    Ok(Created::at(format!("/admin/tenants/{}", tenant.slug), tenant))
}

#[get("/admin/tenants/<slug>")]
async fn show(_admin: Admin, tenancy: &State<Tenancy>, slug: &str) -> Result<Json<Tenant>, ApiError> {
    let slug = existing(slug)?;
    Ok(Json(tenancy.run(move |tenancy| tenancy.registry().find_by_slug(&slug)).await?))
}

#[patch("/admin/tenants/<slug>", data = "<body>")]
async fn change(
    _admin: Admin,
    tenancy: &State<Tenancy>,
    slug: &str,
    body: Body<'_>,
) -> Result<Json<Tenant>, ApiError> {
    let slug = existing(slug)?;
    let mut fields = Fields::of(body)?;
    let change = TenantChange {
        name: fields.optional_text("name", 200),
        plan: fields.optional_text("plan", 100),
        settings: settings(&mut fields),
    };
    let status: Option<TenantStatus> = fields.optional_parsed("status", STATUSES);
    if status == Some(TenantStatus::Provisioning) {
        fields.wrong("status", format!("is not {STATUSES}"));
    }
    fields.finish()?;
    let tenant = tenancy
        .run(move |tenancy| {
            let tenant = tenancy.registry().update(&slug, &change)?;
            match status {
                Some(TenantStatus::Active) => tenancy.provisioner().activate(&slug),
                Some(TenantStatus::Suspended) => tenancy.provisioner().suspend(&slug),
                Some(TenantStatus::Archived) => tenancy.provisioner().archive(&slug),
                _ => Ok(tenant),
            }
        })
        .await?;
    Ok(Json(tenant))
}

#[delete("/admin/tenants/<slug>")]
async fn remove(_admin: Admin, tenancy: &State<Tenancy>, slug: &str) -> Result<NoContent, ApiError> {
    let slug = existing(slug)?;
    tenancy.run(move |tenancy| tenancy.provisioner().drop(&slug)).await?;
    Ok(NoContent)
}

fn settings(fields: &mut Fields) -> Option<Value> {
    let settings = fields.value("settings")?;
    if settings.is_object() {
        if !has_nul(&settings) {
            return Some(settings);
        }
        fields.wrong("settings", "contain a NUL character");
    } else {
        fields.wrong("settings", "are no JSON object");
    }
    None
}

/// PostgreSQL stores no NUL, neither in a text nor in a key.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// What cannot be a slug is nobody's.
fn existing(slug: &str) -> Result<TenantSlug, Error> {
    TenantSlug::parse(slug).map_err(|_| Error::UnknownTenant(slug.to_owned()))
}
