//! How far a run over the fleet is, on stderr: a bar on a terminal, a line now and then in a log.

use std::fmt;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tenancy_diesel::core::name::TenantSlug;

use crate::output::{Output, printable, say};
use crate::words;

/// How often a log hears of it.
const EVERY: Duration = Duration::from_secs(5);

/// A run over the fleet. Each failure is told at once.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    silent: bool,
    total: usize,
    done: usize,
    failed: usize,
    told: Instant,
}

impl Progress {
    /// A run over `total` tenants.
    pub(crate) fn new(out: Output, total: usize) -> Self {
        let bar = (!out.is_json() && total > 1 && std::io::stderr().is_terminal()).then(|| bar(total));
        Self { bar, silent: out.is_json(), total, done: 0, failed: 0, told: Instant::now() }
    }

    /// A tenant is finished.
    pub(crate) fn finished(&mut self, slug: &TenantSlug, error: Option<&str>) {
        self.done += 1;
        if let Some(error) = error {
            self.failed += 1;
            self.tell(&format!("{slug}: {}", printable(error, true)));
        }
        match &self.bar {
            Some(bar) => {
                if self.failed > 0 {
                    bar.set_message(format!("{} failed", self.failed));
                }
                bar.inc(1);
            }
            None if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                let failed =
                    if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
                self.tell(&format!("{} of {} so far{failed}", self.done, words::count(self.total, "tenant")));
            }
            None => {}
        }
    }

    /// Clears the bar.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    /// A line beside the bar.
    pub(crate) fn tell(&self, line: &str) {
        match &self.bar {
            _ if self.silent => {}
            Some(bar) => bar.suspend(|| say(line)),
            None => say(line),
        }
    }
}

/// Shows on a terminal that one long statement is under way, until it is cleared.
pub(crate) fn spinner(out: Output, text: String) -> ProgressBar {
    if out.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let spinner = ProgressBar::new_spinner().with_style(style).with_message(text);
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} tenants  {rate}  {eta} to go  {msg:.red}")
        // Only a wrong template is refused; the bar is then indicatif's own.
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total as u64).with_style(style.progress_chars("=> ").with_key("rate", rate));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    let _ = write!(out, "{:.0}/s", state.per_sec());
}
