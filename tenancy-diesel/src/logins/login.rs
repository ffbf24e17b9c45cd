use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use serde::Serialize;
use tenancy_core::name::RoleName;

use crate::error::Error;

/// A login that serves tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    /// The role it logs in as.
    pub name: RoleName,
    /// Whom it serves.
    pub kind: LoginKind,
    /// How many tenants those are.
    pub tenants: i64,
    /// When its password was made.
    pub rotated_at: DateTime<Utc>,
}

/// Whom a login serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginKind {
    /// Every tenant that has no other: the service's own.
    Service,
    /// Its share of the tenants.
    Shard,
    /// One tenant.
    Dedicated,
}

#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    tenants: i64,
    #[diesel(sql_type = Timestamptz)]
    rotated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Login {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let corrupt = |reason: String| Error::Registry { slug: row.name.clone(), reason };
        let kind = match row.kind.as_str() {
            "service" => LoginKind::Service,
            "shard" => LoginKind::Shard,
            "dedicated" => LoginKind::Dedicated,
            other => return Err(corrupt(format!("`{other}` is no kind of login"))),
        };
        let name = RoleName::parse(&row.name).map_err(|error| corrupt(error.to_string()))?;
        Ok(Self { name, kind, tenants: row.tenants, rotated_at: row.rotated_at })
    }
}
