use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use tenancy_core::isolation::pin;
use uuid::Uuid;

/// [`pin::STATEMENT`] as a query that Diesel prepares once for each connection.
///
/// `sql_query` would not do: Diesel never caches those, so that PostgreSQL would parse and plan the statement
/// for each request, which costs several times the round trip.
pub(super) struct Pin<'a> {
    pub(super) tenant: Uuid,
    pub(super) schema: &'a str,
    pub(super) path: &'a str,
    pub(super) pin: &'a str,
}

/// What PostgreSQL made of it; the columns in the statement's order.
#[derive(Queryable)]
pub(super) struct Resolved {
    pub(super) held: bool,
    _search_path: String,
    _tenant: String,
    _pin: String,
    pub(super) schema: Option<String>,
    pub(super) template_version: Option<String>,
}

impl QueryId for Pin<'_> {
    type QueryId = Pin<'static>;
    // The text never varies.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Pin<'_> {
    type SqlType = (Bool, Text, Text, Text, Nullable<Text>, Nullable<Text>);
}

impl RunQueryDsl<PgConnection> for Pin<'_> {}

impl QueryFragment<Pg> for Pin<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The statement has its `$1` to `$4` already.
        out.push_sql(pin::STATEMENT);
        out.push_bind_param_value_only::<SqlUuid, _>(&self.tenant)?;
        out.push_bind_param_value_only::<Text, _>(self.schema)?;
        out.push_bind_param_value_only::<Text, _>(self.path)?;
        out.push_bind_param_value_only::<Text, _>(self.pin)
    }
}
