//! A request: what the pin and the gate add to a primary-key SELECT.

use anyhow::Result;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Tenancy;
use tenancy_diesel::core::name::TenantSlug;

use crate::measure::{Effort, Lap, Way, times, trips};
use crate::proxy::CountingProxy;
use crate::server::Server;
use crate::table::Table;
use crate::{bare, desk};

/// The most tenants that take turns.
const TENANTS: usize = 50;

/// What a request asks.
type Ask = fn(&mut PgConnection) -> Result<()>;

const BARE: &str = "bare r2d2, no ping";
const TRIP: &str = "one round trip (`SELECT 1`)";
const POOL_EACH: &str = "a pool for each tenant, no ping";

/// Measures and prints.
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    let effort = Effort { rounds: if quick { 20 } else { 250 }, laps: 10 };
    let database = server.database()?;
    let slugs = desk::open(&desk::tenancy(database.url())?, TENANTS)?;
    database.sql("VACUUM ANALYZE")?;
    let proxy = CountingProxy::to(database.url());
    let through = proxy.url(database.url());

    let one = &slugs[..1];
    Table::new("One request, one tenant", &times(&mut one_tenant(database.url(), one)?, effort)?, BARE)
        .with_trips(&trips(&mut one_tenant(&through, one)?, &proxy, 10)?)
        .print();
    Table::new(
        "One request, 50 tenants in turn",
        &times(&mut many(database.url(), &slugs)?, effort)?,
        POOL_EACH,
    )
    .with_trips(&trips(&mut many(&through, &slugs)?, &proxy, 2 * TENANTS)?)
    .print();
    Table::new(
        "One request that binds an enum of the tenant",
        &times(&mut enums(database.url(), &slugs)?, effort)?,
        BARE,
    )
    .with_trips(&trips(&mut enums(&through, &slugs)?, &proxy, 2 * TENANTS)?)
    .print();
    Ok(())
}

fn one_tenant<'a>(url: &str, slugs: &'a [TenantSlug]) -> Result<Vec<Way<'a>>> {
    let [no_ping, ping] = [false, true].map(|ping| bare::pool(url, "tenant_t0000", ping));
    let (trip, no_ping, ping) = (bare::pool(url, "public", false)?, no_ping?, ping?);
    Ok(vec![
        Way::new(TRIP, move || Ok(trip.get()?.batch_execute("SELECT 1")?)),
        Way::new(BARE, move || desk::ticket(&mut *no_ping.get()?)),
        Way::new("bare r2d2, ping (its default)", move || desk::ticket(&mut *ping.get()?)),
        set_and_reset(url, slugs)?,
        guarded(desk::tenancy(url)?, slugs, desk::ticket),
    ])
}

fn many<'a>(url: &str, slugs: &'a [TenantSlug]) -> Result<Vec<Way<'a>>> {
    let pools: Result<Vec<_>> =
        slugs.iter().map(|slug| bare::pool(url, &format!("tenant_{slug}"), false)).collect();
    let (pools, mut turn) = (pools?, 0);
    Ok(vec![
        Way::new(POOL_EACH, move || {
            turn += 1;
            desk::ticket(&mut *pools[turn % pools.len()].get()?)
        }),
        set_and_reset(url, slugs)?,
        guarded(desk::tenancy(url)?, slugs, desk::ticket),
    ])
}

fn enums<'a>(url: &str, slugs: &'a [TenantSlug]) -> Result<Vec<Way<'a>>> {
    let plain = bare::pool(url, "tenant_t0000", false)?;
    Ok(vec![
        Way::new(BARE, move || desk::open_ticket(&mut *plain.get()?)),
        guarded(desk::tenancy(url)?, slugs, desk::open_ticket),
    ])
}

/// What people write first: nothing is checked, and an early return skips the RESET.
fn set_and_reset<'a>(url: &str, slugs: &'a [TenantSlug]) -> Result<Way<'a>> {
    let (pool, mut turn) = (bare::pool(url, "public", false)?, 0);
    Ok(Way::parts(["naive SET + SELECT, until the answer", "naive SET + SELECT + RESET"], move |lap| {
        turn += 1;
        lap.start();
        let mut conn = pool.get()?;
        conn.batch_execute(&format!("SET search_path TO tenant_{}", slugs[turn % slugs.len()]))?;
        desk::ticket(&mut conn)?;
        lap.mark();
        conn.batch_execute("RESET search_path")?;
        drop(conn);
        lap.mark();
        Ok(())
    }))
}

/// As a service does it: the tenant by its slug, from memory; pin; query; gate.
fn guarded<'a>(tenancy: Tenancy, slugs: &'a [TenantSlug], ask: Ask) -> Way<'a> {
    let mut turn = 0;
    Way::parts(["guarded, until the answer", "guarded, with the gate"], move |lap: &mut Lap<'_>| {
        turn += 1;
        lap.start();
        let tenant = tenancy.tenant(&slugs[turn % slugs.len()])?;
        let mut conn = tenancy.connect(&tenant)?;
        ask(&mut conn)?;
        lap.mark();
        drop(conn);
        lap.mark();
        Ok(())
    })
}
