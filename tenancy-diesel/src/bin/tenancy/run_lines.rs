//! A run for machines: one object a line on stdout, while it goes on.

use std::io::{self, Write as _};
use std::time::Instant;

use serde::Serialize;
use tenancy_diesel::{FleetEvent, FleetReport};

/// Writes the lines of one command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunLines {
    began: Instant,
}

#[derive(Serialize)]
struct Line<'a, T> {
    /// Milliseconds since the start.
    at: u128,
    #[serde(flatten)]
    what: &'a T,
}

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    /// What kept the run from starting or from going on.
    error: Option<String>,
    #[serde(flatten)]
    report: &'a FleetReport,
}

impl RunLines {
    /// A command that begins now.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now() }
    }

    /// What happened.
    pub(crate) fn see(&self, event: &FleetEvent<'_>) {
        self.write(event);
    }

    /// What came of it all.
    pub(crate) fn report(&self, report: &FleetReport, error: Option<String>) {
        self.write(&Report { event: "report", error, report });
    }

    /// Nobody may be listening any more; the run goes on for all that.
    fn write(&self, what: &impl Serialize) {
        let line = Line { at: self.began.elapsed().as_millis(), what };
        if let Ok(line) = serde_json::to_string(&line) {
            let mut stdout = io::stdout().lock();
            let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        }
    }
}
