use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::measure::Figure;
use crate::table::duration;

/// What a fleet of one size takes, way by way.
pub(super) struct Report {
    tenants: usize,
    server: OfServer,
}

/// The server's seconds of each lap of each way.
pub(super) type OfServer = Rc<RefCell<HashMap<&'static str, Vec<f64>>>>;

impl Report {
    pub(super) fn new(tenants: usize) -> Self {
        Self { tenants, server: Rc::default() }
    }

    /// Where the server's seconds are to be told.
    pub(super) fn of_server(&self) -> OfServer {
        Rc::clone(&self.server)
    }

    /// Prints it. `ways`: each way's name, and how many tenants it migrated.
    #[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
    pub(super) fn print(&self, figures: &[Figure], ways: &[(&'static str, usize)]) {
        let rows: Vec<_> = figures
            .iter()
            .zip(ways)
            .map(|(figure, (what, migrated))| {
                let scale = self.tenants as f64 / *migrated as f64;
                (*what, *migrated, figure.median * scale)
            })
            .collect();
        let best = rows.iter().map(|(.., seconds)| *seconds).fold(f64::INFINITY, f64::min);
        let tenants = self.tenants;
        println!("\n### A migration of {tenants} tenants: one column and one index\n");
        println!(
            "| what | median | ratio to the best | for each tenant | server's processor time for each |"
        );
        println!("|---|---:|---:|---:|---:|");
        for (what, migrated, seconds) in rows {
            let sample = match migrated == tenants {
                true => String::new(),
                false => format!(" (of {migrated} tenants, extrapolated)"),
            };
            let server = self.server.borrow().get(what).and_then(|laps| median(laps));
            let server = server.map_or_else(|| "-".to_owned(), |took| duration(took / migrated as f64));
            let (whole, each) = (duration(seconds), duration(seconds / tenants as f64));
            println!("| {what}{sample} | {whole} | {:.2} | {each} | {server} |", seconds / best);
        }
    }
}

fn median(laps: &[f64]) -> Option<f64> {
    let mut sorted = laps.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}
