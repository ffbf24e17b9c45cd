//! The demo's template, and tenants that were cloned from it.

use std::io::Write as _;

use anyhow::Result;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Migrations, NewTenant, PoolSettings, Tenancy, TenancyBuilder};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/tenant");

/// The enum of each tenant.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "ticket_status"))]
#[allow(unreachable_pub, reason = "Diesel's table! makes public items, which cannot leak a private type")]
pub struct TicketStatus;

/// A value of it.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = TicketStatus)]
pub(crate) struct Open;

impl ToSql<TicketStatus, Pg> for Open {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(b"open")?;
        Ok(IsNull::No)
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::TicketStatus;

    tickets (id) { id -> BigInt, issue -> Text, status -> TicketStatus, }
}

/// Each tenant has this many tickets, numbered from 1.
const TICKETS: i64 = 100;

/// The request of the benchmark: a primary-key SELECT by a statement that Diesel caches.
pub(crate) fn ticket(conn: &mut PgConnection) -> Result<()> {
    let issue: String = tickets::table.find(TICKETS / 2).select(tickets::issue).first(conn)?;
    anyhow::ensure!(issue.starts_with("issue"));
    Ok(())
}

/// The same with a value of the tenant's own enum in it.
pub(crate) fn open_ticket(conn: &mut PgConnection) -> Result<()> {
    let query = tickets::table.find(TICKETS / 2).filter(tickets::status.eq(Open));
    let issue: String = query.select(tickets::issue).first(conn)?;
    anyhow::ensure!(issue.starts_with("issue"));
    Ok(())
}

/// The library as the demo configures it, with a pool of one connection.
pub(crate) fn tenancy(url: &str) -> Result<Tenancy> {
    configured(url, |builder| builder)
}

/// The same with more to say.
pub(crate) fn configured(
    url: &str,
    configure: impl FnOnce(TenancyBuilder) -> TenancyBuilder,
) -> Result<Tenancy> {
    let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
    let migrations = Migrations::embedded(MIGRATIONS);
    let tenancy =
        configure(Tenancy::builder().database_url(url).pool(pool).migrations(migrations)).build()?;
    tenancy.init()?;
    Ok(tenancy)
}

/// Creates `count` tenants with tickets.
pub(crate) fn open(tenancy: &Tenancy, count: usize) -> Result<Vec<TenantSlug>> {
    (0..count)
        .map(|n| {
            let slug: TenantSlug = format!("t{n:04}").parse()?;
            tenancy.provisioner().create(&NewTenant::new(slug.clone()))?;
            fill(tenancy, &slug)?;
            Ok(slug)
        })
        .collect()
}

/// Gives a tenant its tickets.
pub(crate) fn fill(tenancy: &Tenancy, slug: &TenantSlug) -> Result<()> {
    let mut conn = tenancy.connect(&tenancy.tenant(slug)?)?;
    diesel::sql_query(format!(
        "WITH c AS (INSERT INTO customers (name, email) VALUES ('c', 'c@example.org') RETURNING id) \
         INSERT INTO tickets (customer_id, issue) SELECT c.id, 'issue ' || n FROM c, generate_series(1, {TICKETS}) n"
    ))
    .execute(&mut *conn)?;
    Ok(())
}
