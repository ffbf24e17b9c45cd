use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;

use super::pg_enum::pg_enum;
use super::{Ticket, sql_types};
use crate::error::ApiError;
use crate::schema::messages;

pg_enum! {
    /// Who speaks.
    MessageRole: sql_types::MessageRole {
        /// The customer.
        #[default]
        User = "user",
        /// Somebody of the desk.
        Agent = "agent",
        /// The desk itself.
        System = "system",
    }
}

/// What was said about a ticket.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Message {
    /// Counted within a tenant.
    pub id: i64,
    /// About which ticket.
    pub ticket_id: i64,
    /// By whom.
    pub role: MessageRole,
    /// What.
    pub content: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl Message {
    /// Adds one.
    ///
    /// # Errors
    ///
    /// 404 when there is no such ticket.
    pub fn create(
        conn: &mut PgConnection,
        ticket_id: i64,
        role: MessageRole,
        content: &str,
    ) -> Result<Self, ApiError> {
        diesel::insert_into(messages::table)
            .values((
                messages::ticket_id.eq(ticket_id),
                messages::role.eq(role),
                messages::content.eq(content),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .map_err(|error| match error {
                DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                    ApiError::not_found("ticket")
                }
                other => other.into(),
            })
    }

    /// Those of a ticket after `after`, oldest first.
    ///
    /// # Errors
    ///
    /// 404 when there is no such ticket.
    pub fn list(
        conn: &mut PgConnection,
        ticket_id: i64,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Self>, ApiError> {
        Ticket::find(conn, ticket_id)?;
        Ok(messages::table
            .filter(messages::ticket_id.eq(ticket_id))
            .filter(messages::id.gt(after.unwrap_or(0)))
            .order(messages::id)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)?)
    }
}
