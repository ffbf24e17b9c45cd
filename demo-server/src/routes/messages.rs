use rocket::{Route, get, post, routes};
use tenancy_diesel::TenantDb;

use super::Created;
use super::tickets::ticket_id;
use crate::error::ApiError;
use crate::fields::{Body, Fields};
use crate::models::{Message, MessageRole};
use crate::paging::{Page, Paging};

/// The longest message, in characters.
const LONGEST: usize = 10_000;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create]
}

#[get("/api/tickets/<ticket>/messages?<paging..>")]
async fn list(db: TenantDb, ticket: &str, paging: Paging<'_>) -> Result<Page<Message>, ApiError> {
    let ticket = ticket_id(ticket)?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let messages = db.run(move |conn| Message::list(conn, ticket, after, limit + 1)).await?;
    let path = format!("/api/tickets/{ticket}/messages");
    Ok(Page::new(messages, limit, &path, &[], |message| message.id.to_string()))
}

#[post("/api/tickets/<ticket>/messages", data = "<body>")]
async fn create(db: TenantDb, ticket: &str, body: Body<'_>) -> Result<Created<Message>, ApiError> {
    let ticket = ticket_id(ticket)?;
    let mut fields = Fields::of(body)?;
    let role: MessageRole = fields.parsed("role", MessageRole::EXPECTED);
    let content = fields.text("content", LONGEST);
    fields.finish()?;
    let message = db.run(move |conn| Message::create(conn, ticket, role, &content)).await?;
    Ok(Created::at(format!("/api/tickets/{ticket}/messages?after={}", message.id - 1), message))
}
