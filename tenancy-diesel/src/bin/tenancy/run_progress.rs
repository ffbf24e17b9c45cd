//! How far a run over the fleet is, on stderr: a bar on a terminal, a log elsewhere, nothing beside a machine.

use std::io::IsTerminal as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tenancy_diesel::{FleetEvent, Stop};

use crate::output::{Output, say};
use crate::run_view::{Said, View};

/// How often a log hears of it.
const EVERY: Duration = Duration::from_secs(5);
/// Shorter runs show no bar: it would only flicker.
const SHOWN: Duration = Duration::from_millis(300);
/// How often it is looked whether somebody pressed Ctrl-C.
const LOOK: Duration = Duration::from_millis(100);

const BEGINNING: &str = "{spinner} {wide_msg}";
/// Both lines fit into 80 columns; the second is cut where it does not.
const TENANTS: &str = "[{bar:24}] {pos}/{len} tenants  {prefix}\n{wide_msg}";

/// Follows one run.
pub(crate) struct RunProgress {
    shared: Arc<Shared>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

struct Shared {
    bar: Option<ProgressBar>,
    silent: bool,
    state: Mutex<State>,
}

struct State {
    view: View,
    /// Since when there are tenants to be done.
    planned: Instant,
}

impl RunProgress {
    /// A run that `stop` pauses.
    pub(crate) fn new(out: Output, stop: Stop) -> Self {
        let silent = out.is_json();
        let bar = (!silent && std::io::stderr().is_terminal()).then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style(BEGINNING))
        });
        let state = Mutex::new(State { view: View::default(), planned: Instant::now() });
        let shared = Arc::new(Shared { bar, silent, state });
        let (end, ended) = mpsc::channel();
        let watched = Arc::clone(&shared);
        let watcher = thread::spawn(move || {
            let (began, mut told) = (Instant::now(), Instant::now());
            let mut hidden = watched.bar.as_ref();
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK) {
                if let Some(bar) = hidden.take_if(|_| began.elapsed() >= SHOWN) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(200));
                }
                watched.look(&stop, &mut told);
            }
        });
        Self { shared, watcher: Some((end, watcher)) }
    }

    /// What happened.
    pub(crate) fn see(&self, event: &FleetEvent<'_>) {
        let mut state = self.shared.lock();
        let said = state.view.see(event);
        if matches!(event, FleetEvent::Planned { .. }) {
            state.planned = Instant::now();
        }
        self.shared.paint(&state);
        drop(state);
        match said {
            Said::Always(line) => self.shared.tell(&line),
            Said::InLogs(line) if self.shared.bar.is_none() => self.shared.tell(&line),
            Said::InLogs(_) | Said::Nothing => {}
        }
    }

    /// Clears the bar. What is known of the run.
    pub(crate) fn end(mut self) -> View {
        self.dismiss();
        std::mem::take(&mut self.shared.lock().view)
    }

    fn dismiss(&mut self) {
        if let Some((end, watcher)) = self.watcher.take() {
            drop(end);
            // It ends by itself; that it panicked changes nothing of the run.
            let _ = watcher.join();
            if let Some(bar) = &self.shared.bar {
                bar.finish_and_clear();
            }
        }
    }
}

impl Drop for RunProgress {
    fn drop(&mut self) {
        self.dismiss();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What nobody tells: that it is to pause, that time goes by.
    fn look(&self, stop: &Stop, told: &mut Instant) {
        let mut state = self.lock();
        let asked = stop.is_requested() && !std::mem::replace(&mut state.view.pausing, stop.is_requested());
        let line = (self.bar.is_none() && told.elapsed() >= EVERY && state.view.waiting.is_none())
            .then(|| state.view.line(state.planned.elapsed()));
        self.paint(&state);
        drop(state);
        if asked {
            self.tell("pausing: finishing the transactions in flight (Ctrl-C once more to stop at once)");
        }
        if let Some(line) = line {
            *told = Instant::now();
            self.tell(&line);
        }
    }

    fn paint(&self, state: &State) {
        let Some(bar) = &self.bar else { return };
        let view = &state.view;
        let Some(total) = view.total else { return bar.set_message(view.beginning()) };
        if bar.length() != Some(total as u64) {
            bar.set_style(style(TENANTS));
            bar.set_length(total as u64);
        }
        let parts = [view.where_it_is(), view.pace(state.planned.elapsed())];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        bar.set_prefix(parts.join("  "));
        bar.set_message(view.remarks());
        bar.set_position(view.finished as u64);
    }

    fn tell(&self, line: &str) {
        match &self.bar {
            _ if self.silent => {}
            Some(bar) => bar.suspend(|| say(line)),
            None => say(line),
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        // Only a wrong template is refused; the bar is then indicatif's own.
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
