use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use tenancy_core::isolation::{SessionPlan, pin};
use uuid::Uuid;

/// [`pin::STATEMENT`] as a query that Diesel prepares once for each connection.
///
/// `sql_query` would not do: Diesel never caches those, so that PostgreSQL would parse and plan the statement
/// for each request, which costs several times the round trip.
pub(super) struct Pin<'a> {
    tenant: Uuid,
    slug: &'a str,
    schema: &'a str,
    path: &'a str,
    pin: &'a str,
}

/// What PostgreSQL made of it; the columns in the statement's order.
#[derive(Queryable)]
pub(super) struct Resolved {
    /// Nobody is dropping or renaming the tenant; nobody can while the session is pinned.
    pub(super) held: bool,
    /// The registry has the tenant, active, by this slug, at this schema.
    pub(super) active: bool,
    /// What the path resolved to.
    pub(super) schema: Option<String>,
    /// The newest migration of its schema.
    pub(super) template_version: Option<String>,
}

impl<'a> Pin<'a> {
    /// Pins `plan`'s tenant as `pin`.
    pub(super) fn of(plan: &'a SessionPlan, pin: &'a str) -> Self {
        Self {
            tenant: plan.tenant().as_uuid(),
            slug: plan.slug().as_str(),
            schema: plan.schema().as_str(),
            path: plan.search_path(),
            pin,
        }
    }

    /// Pins nobody: the nil id has no row, so nothing is set. It prepares the statement.
    pub(super) fn nobody() -> Self {
        Self { tenant: Uuid::nil(), slug: "", schema: "", path: "", pin: "" }
    }
}

impl QueryId for Pin<'_> {
    type QueryId = Pin<'static>;
    // The text never varies.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Pin<'_> {
    type SqlType = (Bool, Bool, Nullable<Text>, Nullable<Text>);
}

impl RunQueryDsl<PgConnection> for Pin<'_> {}

impl QueryFragment<Pg> for Pin<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The statement has its `$1` to `$5` already.
        out.push_sql(pin::STATEMENT);
        out.push_bind_param_value_only::<SqlUuid, _>(&self.tenant)?;
        out.push_bind_param_value_only::<Text, _>(self.slug)?;
        out.push_bind_param_value_only::<Text, _>(self.schema)?;
        out.push_bind_param_value_only::<Text, _>(self.path)?;
        out.push_bind_param_value_only::<Text, _>(self.pin)
    }
}
