use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;
use uuid::Uuid;

use crate::error::ApiError;
use crate::schema::customers;

/// Somebody who asks.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Customer {
    /// PostgreSQL makes it.
    pub id: Uuid,
    /// What they are called.
    pub name: String,
    /// Unique within a tenant, without regard to case.
    pub email: String,
    /// When they came.
    pub created_at: DateTime<Utc>,
}

impl Customer {
    /// Adds one.
    ///
    /// # Errors
    ///
    /// 409 when the address is taken.
    pub fn create(conn: &mut PgConnection, name: &str, email: &str) -> Result<Self, ApiError> {
        diesel::insert_into(customers::table)
            .values((customers::name.eq(name), customers::email.eq(email)))
            .returning(Self::as_returning())
            .get_result(conn)
            .map_err(|error| match error {
                DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                    ApiError::conflict("There is a customer with this e-mail address already.")
                }
                other => other.into(),
            })
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// 404.
    pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Self, ApiError> {
        let customer = customers::table.find(id).select(Self::as_select()).first(conn).optional()?;
        customer.ok_or_else(|| ApiError::not_found("customer"))
    }

    /// Those who came after `after`, oldest first.
    ///
    /// # Errors
    ///
    /// 422 when there is no such customer.
    pub fn list(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<Self>, ApiError> {
        let mut query = customers::table
            .select(Self::as_select())
            .order((customers::created_at, customers::id))
            .limit(limit)
            .into_boxed();
        if let Some(id) = after {
            let at: DateTime<Utc> = customers::table
                .find(id)
                .select(customers::created_at)
                .first(conn)
                .optional()?
                .ok_or_else(|| ApiError::field("after", "names no customer"))?;
            let later = customers::created_at.gt(at);
            query = query.filter(later.or(customers::created_at.eq(at).and(customers::id.gt(id))));
        }
        Ok(query.load(conn)?)
    }
}
