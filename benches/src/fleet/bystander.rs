use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use tenancy_diesel::Tenancy;
use tenancy_diesel::core::tenant::ActiveTenant;

use super::ways;
use crate::desk;
use crate::herd::Herd;
use crate::table::duration;

/// Somebody asks so often, whether the one before was answered or not.
const EVERY: Duration = Duration::from_millis(1);
/// So many answers are enough beside each way.
const ENOUGH: usize = 2_000;
/// So many runs are, of a fleet that is too small for so many answers.
const RUNS: usize = 10;

/// A query of a tenant that is not migrated, on a guarded connection, while all others are; printed. Whole requests every
/// millisecond, each with its pin and its gate, would be a load of their own.
#[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
pub(super) fn run(herd: &Herd, tenancy: &Tenancy) -> Result<()> {
    let tenant = tenancy.tenant(&herd.bystander()?)?;
    let (rest, ()) = beside(tenancy, &tenant, || {
        thread::sleep(EVERY * u32::try_from(ENOUGH)?);
        Ok(())
    })?;
    let rest = Felt::of(rest);
    println!("\n### A query of a tenant that is not migrated, while {} others are\n", herd.schemas().len());
    println!("| beside | median | ratio | p99 | ratio | longest |");
    println!("|---|---:|---:|---:|---:|---:|");
    rest.print("nobody", &rest);
    for mut migrator in ways::busy(herd, tenancy)? {
        let mut took = Vec::new();
        for _ in 0..RUNS {
            if took.len() >= ENOUGH {
                break;
            }
            let change = herd.change()?;
            let (some, ()) = beside(tenancy, &tenant, || (migrator.run)(&change))?;
            ensure!(!some.is_empty(), "nobody asked");
            took.extend(some);
            herd.undo(&change)?;
        }
        Felt::of(took).print(migrator.name, &rest);
    }
    Ok(())
}

/// What queries take while `work` goes on, in seconds.
fn beside<T>(
    tenancy: &Tenancy,
    tenant: &ActiveTenant,
    work: impl FnOnce() -> Result<T>,
) -> Result<(Vec<f64>, T)> {
    let over = AtomicBool::new(false);
    let (ready, is_ready) = mpsc::channel();
    thread::scope(|scope| {
        let asking = scope.spawn(|| ask(tenancy, tenant, &over, ready));
        // It fails when the asking did; that is told below.
        let _ = is_ready.recv();
        let done = work();
        over.store(true, Ordering::Relaxed);
        let took = asking.join().map_err(|_| anyhow!("the bystander panicked"))??;
        Ok((took, done?))
    })
}

/// Counted from when it should have been asked: whoever waits for an answer holds those behind it up.
fn ask(tenancy: &Tenancy, tenant: &ActiveTenant, over: &AtomicBool, ready: Sender<()>) -> Result<Vec<f64>> {
    let mut conn = tenancy.connect(tenant)?;
    (0..100).try_for_each(|_| desk::ticket(&mut conn))?;
    let mut took = Vec::new();
    ready.send(())?;
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        desk::ticket(&mut conn)?;
        took.push(due.elapsed().as_secs_f64());
        due += EVERY;
    }
    Ok(took)
}

/// What was felt.
struct Felt {
    median: f64,
    p99: f64,
    longest: f64,
}

impl Felt {
    fn of(mut took: Vec<f64>) -> Self {
        took.sort_by(f64::total_cmp);
        let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or(f64::NAN);
        Self { median: at(0.5), p99: at(0.99), longest: took.last().copied().unwrap_or(f64::NAN) }
    }

    #[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
    fn print(&self, beside: &str, rest: &Self) {
        let [median, p99, longest] = [self.median, self.p99, self.longest].map(duration);
        let ratios = [self.median / rest.median, self.p99 / rest.p99];
        println!("| {beside} | {median} | {:.2} | {p99} | {:.2} | {longest} |", ratios[0], ratios[1]);
    }
}
