use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use tenancy_diesel::TenantDb;
use uuid::Uuid;

use super::Created;
use crate::error::ApiError;
use crate::fields::{Body, Fields};
use crate::models::Customer;
use crate::paging::{Page, Paging};

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, create]
}

#[get("/api/customers?<paging..>")]
async fn list(db: TenantDb, paging: Paging<'_>) -> Result<Page<Customer>, ApiError> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let customers = db.run(move |conn| Customer::list(conn, after, limit + 1)).await?;
    Ok(Page::new(customers, limit, "/api/customers", &[], |customer| customer.id.to_string()))
}

#[get("/api/customers/<id>")]
async fn show(db: TenantDb, id: &str) -> Result<Json<Customer>, ApiError> {
    let id: Uuid = id.parse().map_err(|_| ApiError::not_found("customer"))?;
    Ok(Json(db.run(move |conn| Customer::find(conn, id)).await?))
}

#[post("/api/customers", data = "<body>")]
async fn create(db: TenantDb, body: Body<'_>) -> Result<Created<Customer>, ApiError> {
    let mut fields = Fields::of(body)?;
    let name = fields.text("name", 200);
    let email = fields.email("email");
    fields.finish()?;
    let customer = db.run(move |conn| Customer::create(conn, &name, &email)).await?;
    Ok(Created::at(format!("/api/customers/{}", customer.id), customer))
}
