//! What people are told of a run: no terminal here, only words.

use std::collections::BTreeSet;
use std::time::Duration;

use tenancy_diesel::core::fleet::{Direction, RunId};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{FleetEvent, TenantReport};

use crate::output::printable;
use crate::words;

/// So many failures are told as they happen, and so many retries; the ledger has them all.
const TOLD: usize = 50;

/// What is known of a run so far.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) run: Option<RunId>,
    pub(crate) direction: Option<Direction>,
    pub(crate) resumed: bool,
    pub(crate) superseded: Vec<RunId>,
    /// Those that were tried again.
    pub(crate) retried: BTreeSet<TenantSlug>,
    /// How many tenants the run is about; nobody knows before it is planned.
    pub(crate) total: Option<usize>,
    /// How many are finished, however.
    pub(crate) finished: usize,
    /// Who it waits for.
    pub(crate) waiting: Option<String>,
    pub(crate) pausing: bool,
    failed: usize,
    waves: usize,
    wave: Option<(usize, bool)>,
    throttled: Option<f64>,
    slowest: Option<(TenantSlug, Duration)>,
    /// How many tenants the waves had so far.
    seen: usize,
    retries: usize,
}

/// What is to be said at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing.
    Nothing,
    /// Where there is a bar, it says so.
    InLogs(String),
    /// Beside a bar too.
    Always(String),
}

impl View {
    /// What happened, and what to say of it.
    pub(crate) fn see(&mut self, event: &FleetEvent<'_>) -> Said {
        match *event {
            FleetEvent::Waiting { holder } => {
                let holder = printable(holder, false);
                let said = format!("another run is under way: {holder}; waiting for its end");
                self.waiting = Some(holder);
                return Said::InLogs(said);
            }
            FleetEvent::Begun { run, direction, resumed, superseded } => {
                (self.run, self.direction, self.resumed) = (Some(run), Some(direction), resumed);
                self.superseded = superseded.to_vec();
                self.waiting = None;
                return supersedes(superseded).map_or(Said::Nothing, Said::Always);
            }
            FleetEvent::TemplateRetry { attempt, reason, after_ms } => {
                let after = words::duration(Duration::from_millis(after_ms));
                let reason = printable(reason, false);
                return Said::Always(format!(
                    "the template: attempt {attempt} in vain, the next in {after}: {reason}"
                ));
            }
            FleetEvent::Planned { tenants, waves } => {
                self.total = Some(tenants);
                self.waves = waves;
            }
            FleetEvent::Wave { wave, canary, tenants } => {
                self.wave = Some((wave, canary));
                self.waves = self.waves.max(wave);
                self.seen += tenants;
                // Some come to light only when the others are done.
                self.total = self.total.map(|total| total.max(self.seen));
                if self.waves > 1 || canary {
                    return Said::InLogs(format!(
                        "{}: {}",
                        self.where_it_is(),
                        words::count(tenants, "tenant")
                    ));
                }
            }
            FleetEvent::Tenant(tenant) => return self.tenant(tenant),
            FleetEvent::Gone { slug } => {
                self.finished += 1;
                return Said::Always(format!("{slug}: gone before its turn came"));
            }
            FleetEvent::Retry { slug, attempt, reason, after_ms } => {
                self.retried.insert(slug.clone());
                self.retries += 1;
                let after = words::duration(Duration::from_millis(after_ms));
                let reason = printable(reason, false);
                let line = format!("{slug}: attempt {attempt} in vain, the next in {after}: {reason}");
                return self.few(self.retries, line, "retries");
            }
            FleetEvent::Throttled { p99_ms } => {
                self.throttled = Some(p99_ms);
                return Said::InLogs(format!(
                    "throttled: nothing new is begun while the p99 of other sessions is {p99_ms:.1} ms"
                ));
            }
            FleetEvent::GoesOn => {
                self.throttled = None;
                return Said::InLogs("going on: other sessions are fast again".to_owned());
            }
            _ => {}
        }
        Said::Nothing
    }

    fn tenant(&mut self, tenant: &TenantReport) -> Said {
        self.finished += 1;
        if self.slowest.as_ref().is_none_or(|(_, took)| *took < tenant.took) {
            self.slowest = Some((tenant.slug.clone(), tenant.took));
        }
        let Some(error) = &tenant.error else { return Said::Nothing };
        self.failed += 1;
        self.few(self.failed, format!("{}: {}", tenant.slug, printable(error, true)), "failures")
    }

    /// The first of many.
    fn few(&self, nth: usize, line: String, what: &str) -> Said {
        match (nth, self.run) {
            (..=TOLD, _) | (_, None) => Said::Always(line),
            (nth, Some(run)) if nth == TOLD + 1 => {
                Said::Always(format!("further {what} are only counted: `tenancy runs show {run}`"))
            }
            _ => Said::Nothing,
        }
    }

    /// `canaries`, `wave 2 of 5`; nothing when there is but one.
    pub(crate) fn where_it_is(&self) -> String {
        match self.wave {
            Some((_, true)) => "canaries".to_owned(),
            Some((wave, false)) if self.waves > 1 => format!("wave {wave} of {}", self.waves),
            _ => String::new(),
        }
    }

    /// What it is about, before anybody knows how many tenants there are to do.
    pub(crate) fn beginning(&self) -> String {
        match (&self.waiting, self.direction) {
            (Some(holder), _) => format!("waiting for {holder}"),
            (None, Some(Direction::Up)) => "migrating the template".to_owned(),
            (None, Some(Direction::Down)) => "reverting in the template".to_owned(),
            (None, None) => "looking what there is to do".to_owned(),
        }
    }

    /// How it goes, beside the numbers.
    pub(crate) fn remarks(&self) -> String {
        let remarks = [
            self.pausing.then(|| "pausing".to_owned()),
            self.throttled.map(|p99| format!("throttled (p99 {p99:.1} ms)")),
            (self.failed > 0).then(|| format!("{} failed", self.failed)),
            (!self.retried.is_empty()).then(|| format!("{} tried again", self.retried.len())),
            self.slowest.as_ref().map(|(slug, took)| format!("slowest {slug} {}", words::duration(*took))),
        ];
        remarks.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// `930/s, 6 s to go`, after `elapsed` since it was planned; nothing before somebody is finished.
    pub(crate) fn pace(&self, elapsed: Duration) -> String {
        let (Some(total), 1..) = (self.total, self.finished) else { return String::new() };
        let rate = self.finished as f64 / elapsed.as_secs_f64().max(1e-3);
        let left = total.saturating_sub(self.finished) as f64 / rate;
        let left = words::seconds(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX));
        if rate < 10.0 { format!("{rate:.1}/s, {left} to go") } else { format!("{rate:.0}/s, {left} to go") }
    }

    /// All of it in a line, for a log.
    pub(crate) fn line(&self, elapsed: Duration) -> String {
        let Some(total) = self.total else { return self.beginning() };
        let done = format!("{} of {} so far", self.finished, words::count(total, "tenant"));
        let parts = [done, self.where_it_is(), self.pace(elapsed), self.remarks()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

fn supersedes(runs: &[RunId]) -> Option<String> {
    let names: Vec<_> = runs.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("run {one} was not finished: this run takes its place")),
        _ => Some(format!("runs {} were not finished: this run takes their place", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(slug: &str, milliseconds: u64, error: Option<&str>) -> TenantReport {
        TenantReport {
            slug: slug.parse().unwrap(),
            schema: "tenant_a".parse().unwrap(),
            done: Vec::new(),
            error: error.map(str::to_owned),
            attempts: 1,
            took: Duration::from_millis(milliseconds),
        }
    }

    fn planned(tenants: usize, waves: usize) -> View {
        let mut view = View::default();
        view.see(&FleetEvent::Begun {
            run: RunId(7),
            direction: Direction::Up,
            resumed: false,
            superseded: &[],
        });
        view.see(&FleetEvent::Planned { tenants, waves });
        view
    }

    #[test]
    fn a_line_has_the_numbers_the_wave_the_pace_and_what_is_unusual() {
        let mut view = planned(300, 3);
        let canaries = view.see(&FleetEvent::Wave { wave: 1, canary: true, tenants: 2 });
        assert_eq!(canaries, Said::InLogs("canaries: 2 tenants".to_owned()));
        view.see(&FleetEvent::Tenant(&tenant("acme", 20, None)));
        let failure = view.see(&FleetEvent::Tenant(&tenant("globex", 1_200, Some("no \u{1b}"))));
        assert_eq!(failure, Said::Always("globex: no \\u{1b}".to_owned()));
        view.see(&FleetEvent::Wave { wave: 2, canary: false, tenants: 100 });
        view.see(&FleetEvent::Throttled { p99_ms: 34.0 });
        assert_eq!(
            view.line(Duration::from_secs(1)),
            "2 of 300 tenants so far, wave 2 of 3, 2.0/s, 2 min 29 s to go, throttled (p99 34.0 ms), 1 failed, \
             slowest globex 1.2 s"
        );
        view.see(&FleetEvent::GoesOn);
        assert_eq!(view.remarks(), "1 failed, slowest globex 1.2 s");
    }

    #[test]
    fn tenants_that_come_to_light_later_are_counted() {
        let mut view = planned(1, 1);
        view.see(&FleetEvent::Wave { wave: 1, canary: false, tenants: 1 });
        assert_eq!(view.where_it_is(), "", "there is but one");
        view.see(&FleetEvent::Wave { wave: 2, canary: false, tenants: 3 });
        assert_eq!((view.total, view.where_it_is().as_str()), (Some(4), "wave 2 of 2"));
    }

    #[test]
    fn a_thousand_failures_are_not_a_thousand_lines() {
        let mut view = planned(1_000, 1);
        let said: Vec<_> = (0..1_000)
            .map(|_| view.see(&FleetEvent::Tenant(&tenant("acme", 1, Some("no")))))
            .filter(|said| *said != Said::Nothing)
            .collect();
        assert_eq!(said.len(), TOLD + 1);
        assert_eq!(
            said.last(),
            Some(&Said::Always("further failures are only counted: `tenancy runs show 7`".to_owned()))
        );
        assert_eq!(view.remarks(), "1000 failed, slowest acme 1 ms");
    }

    #[test]
    fn somebody_in_the_way_of_the_template_is_told() {
        let retry = FleetEvent::TemplateRetry { attempt: 2, reason: "a \u{1b}", after_ms: 400 };
        let Said::Always(line) = View::default().see(&retry) else { panic!("it is told") };
        assert!(
            line.starts_with("the template: attempt 2 in vain, the next in ") && !line.contains('\u{1b}')
        );
    }
}
