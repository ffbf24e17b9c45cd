use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;
use uuid::Uuid;

use super::pg_enum::pg_enum;
use super::sql_types;
use crate::error::ApiError;
use crate::schema::{customers, tickets};

pg_enum! {
    /// Where a ticket stands.
    TicketStatus: sql_types::TicketStatus {
        /// Nobody has answered.
        #[default]
        Open = "open",
        /// It is the customer's turn.
        Pending = "pending",
        /// Answered.
        Solved = "solved",
        /// Done with.
        Closed = "closed",
    }
}

/// What a customer asks.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Ticket {
    /// Counted within a tenant.
    pub id: i64,
    /// Who asks.
    pub customer_id: Uuid,
    /// What it is about.
    pub issue: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What to change about a ticket.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = tickets)]
pub struct TicketChange {
    /// What it is about.
    pub issue: Option<String>,
    /// Where it stands.
    pub status: Option<TicketStatus>,
}

/// A ticket as the desk's first page shows it.
#[derive(Debug, Queryable)]
pub struct OpenTicket {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub issue: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// Who asks.
    pub customer: String,
}

impl Ticket {
    /// Opens one.
    ///
    /// # Errors
    ///
    /// 422 when there is no such customer.
    pub fn create(
        conn: &mut PgConnection,
        customer_id: Uuid,
        issue: &str,
        status: TicketStatus,
    ) -> Result<Self, ApiError> {
        diesel::insert_into(tickets::table)
            .values((
                tickets::customer_id.eq(customer_id),
                tickets::issue.eq(issue),
                tickets::status.eq(status),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .map_err(|error| match error {
                DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                    ApiError::field("customer_id", "names no customer")
                }
                other => other.into(),
            })
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// 404.
    pub fn find(conn: &mut PgConnection, id: i64) -> Result<Self, ApiError> {
        let ticket = tickets::table.find(id).select(Self::as_select()).first(conn).optional()?;
        ticket.ok_or_else(|| ApiError::not_found("ticket"))
    }

    /// Changes one.
    ///
    /// # Errors
    ///
    /// 404.
    pub fn update(conn: &mut PgConnection, id: i64, change: &TicketChange) -> Result<Self, ApiError> {
        let ticket = diesel::update(tickets::table.find(id))
            .set(change)
            .returning(Self::as_returning())
            .get_result(conn)
            .optional()?;
        ticket.ok_or_else(|| ApiError::not_found("ticket"))
    }

    /// Those older than `after`, newest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn list(
        conn: &mut PgConnection,
        status: Option<TicketStatus>,
        customer: Option<Uuid>,
        after: Option<i64>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let mut query =
            tickets::table.select(Self::as_select()).order(tickets::id.desc()).limit(limit).into_boxed();
        if let Some(status) = status {
            query = query.filter(tickets::status.eq(status));
        }
        if let Some(customer) = customer {
            query = query.filter(tickets::customer_id.eq(customer));
        }
        if let Some(after) = after {
            query = query.filter(tickets::id.lt(after));
        }
        query.load(conn)
    }

    /// The oldest that somebody still has to answer.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn to_answer(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<OpenTicket>> {
        tickets::table
            .inner_join(customers::table)
            .filter(tickets::status.eq_any([TicketStatus::Open, TicketStatus::Pending]))
            .order(tickets::created_at)
            .limit(limit)
            .select((tickets::id, tickets::issue, tickets::status, customers::name))
            .load(conn)
    }
}
