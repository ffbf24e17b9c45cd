//! A noisy neighbour: what a tenant's requests take while another tenant has 64 slow queries.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use r2d2::Pool;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{PoolSettings, Tenancy};

use crate::server::Server;
use crate::table::duration;
use crate::{bare, desk};

const POOL: u32 = 10;
const SLOW: usize = 64;
/// Sleeping takes no processor from the others: what is measured is the waiting for connections.
const SLOW_QUERY: &str = "SELECT pg_sleep(0.05)";

/// A service that lends connections to tenants.
trait Lends: Sync {
    /// Runs `work` as the tenant.
    fn lend(&self, tenant: &TenantSlug, work: &dyn Fn(&mut PgConnection) -> Result<()>) -> Result<()>;
}

/// A pool that everybody shares as they come, with a `SET search_path` per request.
struct Naive(Pool<bare::Plain>);

impl Lends for Naive {
    fn lend(&self, tenant: &TenantSlug, work: &dyn Fn(&mut PgConnection) -> Result<()>) -> Result<()> {
        let mut conn = self.0.get()?;
        conn.batch_execute(&format!("SET search_path TO tenant_{tenant}"))?;
        work(&mut conn)?;
        Ok(conn.batch_execute("RESET search_path")?)
    }
}

impl Lends for Tenancy {
    fn lend(&self, tenant: &TenantSlug, work: &dyn Fn(&mut PgConnection) -> Result<()>) -> Result<()> {
        work(&mut *self.connect(&self.tenant(tenant)?)?)
    }
}

/// Measures and prints.
#[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    let (rounds, requests) = if quick { (2, 50) } else { (10, 400) };
    let database = server.database()?;
    let slugs = desk::open(&desk::tenancy(database.url())?, 2)?;
    let tenancy = |most: Option<u32>| {
        let pool = PoolSettings {
            max_size: POOL,
            max_per_tenant: most,
            connection_timeout: Duration::from_secs(60),
            ..PoolSettings::default()
        };
        Tenancy::builder().database_url(database.url()).pool(pool).build()
    };
    let naive = Naive(bare::pool_of(POOL, database.url(), "public")?);
    let (turns, capped) = (tenancy(Some(POOL))?, tenancy(None)?);
    let ways: [(&str, &dyn Lends); 3] = [
        ("bare r2d2, as they come", &naive),
        ("turns, and no share (`max_per_tenant: 10`)", &turns),
        ("turns and shares (the default: 7 of 10)", &capped),
    ];
    let mut figures = vec![[Vec::new(), Vec::new()]; ways.len()];
    for _ in 0..rounds {
        for ((_, lends), [alone, beside]) in ways.iter().zip(&mut figures) {
            ask(*lends, &slugs[1], requests / 10, &mut Vec::new())?;
            ask(*lends, &slugs[1], requests, alone)?;
            with_noise(*lends, &slugs[0], || ask(*lends, &slugs[1], requests / 4, beside))?;
        }
    }
    println!("\n### A request beside a tenant with {SLOW} slow queries, pool of {POOL}\n");
    println!("| what | alone, median | p99 | beside, median | ratio | p99 | ratio |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for ((what, _), figures) in ways.iter().zip(&mut figures) {
        let [alone, beside] = figures.each_mut().map(|samples| {
            samples.sort_by(f64::total_cmp);
            [quantile(samples, 0.5), quantile(samples, 0.99)]
        });
        let ratios = [beside[0] / alone[0], beside[1] / alone[1]];
        let [a50, a99, b50, b99] = [alone[0], alone[1], beside[0], beside[1]].map(duration);
        println!("| {what} | {a50} | {a99} | {b50} | {:.2} | {b99} | {:.2} |", ratios[0], ratios[1]);
    }
    Ok(())
}

/// What requests of a tenant take, one after the other; fewer where they take long, as they do where nobody takes
/// turns.
fn ask(lends: &dyn Lends, tenant: &TenantSlug, requests: usize, took: &mut Vec<f64>) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(2);
    for _ in 0..requests {
        if Instant::now() > until {
            break;
        }
        let began = Instant::now();
        lends.lend(tenant, &desk::ticket)?;
        took.push(began.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Measures while as many threads as there are slow queries ask for connections all the time.
fn with_noise(lends: &dyn Lends, tenant: &TenantSlug, measure: impl FnOnce() -> Result<()>) -> Result<()> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let noise: Vec<_> = (0..SLOW)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    while !over.load(Ordering::Relaxed) {
                        lends.lend(tenant, &|conn| Ok(conn.batch_execute(SLOW_QUERY)?))?;
                    }
                    Ok(())
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(100));
        let measured = measure();
        over.store(true, Ordering::Relaxed);
        let noise: Result<Vec<()>> =
            noise.into_iter().map(|one| one.join().map_err(|_| anyhow!("a neighbour panicked"))?).collect();
        measured.and(noise.map(drop))
    })
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
