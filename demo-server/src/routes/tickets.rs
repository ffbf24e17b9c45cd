use rocket::serde::json::Json;
use rocket::{Route, get, patch, post, routes};
use tenancy_diesel::TenantDb;
use uuid::Uuid;

use super::Created;
use crate::error::ApiError;
use crate::fields::{Body, Fields};
use crate::models::{Ticket, TicketChange, TicketStatus};
use crate::paging::{Page, Paging, filter};

/// The longest issue, in characters.
const LONGEST: usize = 2_000;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, create, change]
}

#[get("/api/tickets?<status>&<customer_id>&<paging..>")]
async fn list(
    db: TenantDb,
    status: Option<&str>,
    customer_id: Option<&str>,
    paging: Paging<'_>,
) -> Result<Page<Ticket>, ApiError> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let status: Option<TicketStatus> = filter("status", status, TicketStatus::EXPECTED)?;
    let customer: Option<Uuid> = filter("customer_id", customer_id, "the id of a customer")?;
    let tickets = db.run(move |conn| Ticket::list(conn, status, customer, after, limit + 1)).await?;
    let filters = [
        ("status", status.map(|status| status.as_str().to_owned())),
        ("customer_id", customer.map(|id| id.to_string())),
    ];
    Ok(Page::new(tickets, limit, "/api/tickets", &filters, |ticket| ticket.id.to_string()))
}

#[get("/api/tickets/<id>")]
async fn show(db: TenantDb, id: &str) -> Result<Json<Ticket>, ApiError> {
    let id = ticket_id(id)?;
    Ok(Json(db.run(move |conn| Ticket::find(conn, id)).await?))
}

#[post("/api/tickets", data = "<body>")]
async fn create(db: TenantDb, body: Body<'_>) -> Result<Created<Ticket>, ApiError> {
    let mut fields = Fields::of(body)?;
    let customer: Uuid = fields.parsed("customer_id", "the id of a customer");
    let issue = fields.text("issue", LONGEST);
    let status: Option<TicketStatus> = fields.optional_parsed("status", TicketStatus::EXPECTED);
    fields.finish()?;
    let ticket =
        db.run(move |conn| Ticket::create(conn, customer, &issue, status.unwrap_or_default())).await?;
    Ok(Created::at(format!("/api/tickets/{}", ticket.id), ticket))
}

#[patch("/api/tickets/<id>", data = "<body>")]
async fn change(db: TenantDb, id: &str, body: Body<'_>) -> Result<Json<Ticket>, ApiError> {
    let id = ticket_id(id)?;
    let mut fields = Fields::of(body)?;
    let change = TicketChange {
        issue: fields.optional_text("issue", LONGEST),
        status: fields.optional_parsed("status", TicketStatus::EXPECTED),
    };
    fields.finish()?;
    if change.issue.is_none() && change.status.is_none() {
        return Err(ApiError::field("status", "or issue is missing: there is nothing to change"));
    }
    Ok(Json(db.run(move |conn| Ticket::update(conn, id, &change)).await?))
}

/// What is no number is the id of no ticket.
pub(super) fn ticket_id(id: &str) -> Result<i64, ApiError> {
    id.parse().map_err(|_| ApiError::not_found("ticket"))
}
