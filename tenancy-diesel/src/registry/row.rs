use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tenancy_core::limits::Limits;
use tenancy_core::name::{RoleName, SchemaName, TenantSlug};
use tenancy_core::placement::Placement;
use tenancy_core::tenant::{Tenant, TenantId};
use uuid::Uuid;

use crate::error::Error;
use crate::registry::schema::tenants;

/// A row as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants, check_for_backend(diesel::pg::Pg))]
pub(crate) struct TenantRow {
    id: Uuid,
    slug: String,
    name: String,
    status: String,
    placement: String,
    schema_name: Option<String>,
    database_name: Option<String>,
    plan: String,
    settings: serde_json::Value,
    template_version: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    role_name: Option<String>,
    login_name: Option<String>,
    session_settings: Option<Vec<String>>,
    max_connections: Option<i32>,
}

impl TryFrom<TenantRow> for Tenant {
    type Error = Error;

    /// A row that was edited by hand into something we cannot read is an error of that row, never a guess.
    fn try_from(row: TenantRow) -> Result<Self, Error> {
        let corrupt = |reason: &dyn std::fmt::Display| Error::Registry {
            slug: row.slug.clone(),
            reason: reason.to_string(),
        };
        let schema = || {
            let name = row.schema_name.as_deref().ok_or_else(|| corrupt(&"schema_name is null"))?;
            SchemaName::parse(name).map_err(|error| corrupt(&error))
        };
        let placement = match row.placement.as_str() {
            "schema" => Placement::Schema { schema: schema()? },
            "database" => Placement::Database {
                database: row.database_name.clone().ok_or_else(|| corrupt(&"database_name is null"))?,
                schema: schema()?,
            },
            "rows" => Placement::Rows,
            other => return Err(corrupt(&format_args!("`{other}` is no placement"))),
        };
        let role = |name: &Option<String>| {
            name.as_deref().map(RoleName::parse).transpose().map_err(|error| corrupt(&error))
        };
        let settings = row.session_settings.as_deref().unwrap_or_default().chunks_exact(2);
        let limits = Limits::from_settings(settings.map(|pair| (pair[0].as_str(), pair[1].as_str())))
            .map_err(|error| corrupt(&error))?;
        let connections = row.max_connections.and_then(|most| NonZeroU32::new(u32::try_from(most).ok()?));
        Ok(Self {
            limits: Limits { connections, ..limits },
            role: role(&row.role_name)?,
            login: role(&row.login_name)?,
            id: TenantId::from_uuid(row.id),
            slug: TenantSlug::parse(&row.slug).map_err(|error| corrupt(&error))?,
            status: row.status.parse().map_err(|error| corrupt(&error))?,
            placement,
            name: row.name,
            plan: row.plan,
            settings: row.settings,
            template_version: row.template_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
