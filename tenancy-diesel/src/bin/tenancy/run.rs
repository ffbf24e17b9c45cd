//! How a run over the fleet goes about it: what `migrate`, `revert` and `redo` have in common.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, value_parser};
use tenancy_diesel::core::fleet::{Canaries, ErrorBudget, Policy};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{IfRunning, RunOptions, Stop};

/// How a run over the fleet goes about it.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) conduct: Conduct,
}

/// What the ledger keeps of a run, so that it goes on as it was begun.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// Only this tenant; may be given several times
    #[arg(long, value_name = "SLUG", help_heading = "Who")]
    pub(crate) only: Vec<TenantSlug>,
    /// This tenant goes first; may be given several times. When a canary fails, nobody else is touched
    #[arg(long, value_name = "SLUG", conflicts_with = "canaries", help_heading = "Who")]
    pub(crate) canary: Vec<TenantSlug>,
    /// So many tenants go first, spread over the fleet and over what tenants lack
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Who")]
    canaries: Option<usize>,
    /// Pause once the canaries are done, so that somebody can look; `--resume` goes on
    #[arg(long, help_heading = "Who")]
    pause_after_canaries: bool,
    /// So many tenants at a time make a wave, which is finished before the next is begun [default: all]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Who")]
    wave_size: Option<usize>,
    /// Go on with the other tenants when one fails (the default)
    #[arg(
        long,
        conflicts_with_all = ["max_failures", "max_failure_percent", "stop_at_failure"],
        help_heading = "When to stop"
    )]
    keep_going: bool,
    /// Begin no further tenant once so many failed
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "When to stop")]
    max_failures: Option<usize>,
    /// Begin no further tenant once so many of a hundred tenants of the run failed
    #[arg(long, value_name = "P", value_parser = percent, help_heading = "When to stop")]
    max_failure_percent: Option<f64>,
    /// The same as --max-failures 1
    #[arg(long, conflicts_with = "max_failures", help_heading = "When to stop")]
    stop_at_failure: bool,
    /// The most tenants in one transaction; 1: one by one [default: 50]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "How fast, how politely")]
    group: Option<usize>,
    /// How long a statement waits for a lock before its tenant is tried again later; 0: for ever [default: 2s]
    #[arg(long, value_name = "DURATION", value_parser = time, help_heading = "How fast, how politely")]
    lock_timeout: Option<Duration>,
    /// How often a tenant is tried that could not be locked [default: 5]
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u32).range(1..),
        help_heading = "How fast, how politely"
    )]
    attempts: Option<u32>,
    /// How long one statement may take; 0: as long as it wants, which is the default
    #[arg(long, value_name = "DURATION", value_parser = time, help_heading = "How fast, how politely")]
    statement_timeout: Option<Duration>,
    /// The most tenants per second
    #[arg(long, value_name = "N", value_parser = rate, help_heading = "How fast, how politely")]
    max_rate: Option<f64>,
    /// Begin nothing new while the 99th percentile of other sessions' latency is above this
    #[arg(long, value_name = "DURATION", value_parser = some_time, help_heading = "How fast, how politely")]
    pause_when_p99: Option<Duration>,
}

/// What is decided anew each time.
#[derive(Debug, Args)]
pub(crate) struct Conduct {
    /// How many transactions at a time, each on a connection of its own [default: twice the processors]
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u16).range(1..),
        help_heading = "How fast, how politely"
    )]
    jobs: Option<u16>,
    /// While another run is under way, wait for its end, then do what it left undone [default: exit 1 and say who it is]
    #[arg(long, conflicts_with = "go_on", help_heading = "While another run is under way")]
    wait: bool,
    /// While another run is under way, leave the work to it and exit 0
    #[arg(long, help_heading = "While another run is under way")]
    go_on: bool,
    /// Begin another run in place of one that is paused [default: exit 1 and say which]
    #[arg(long, help_heading = "While another run is under way")]
    supersede: bool,
}

impl Run {
    /// The same for the library's plans.
    pub(crate) fn policy(&self) -> Policy {
        let args = &self.policy;
        let usual = Policy::default();
        Policy {
            only: args.only.clone(),
            canaries: match (args.canaries, args.canary.as_slice()) {
                (Some(count), _) => Canaries::Count(count),
                (None, []) => Canaries::None,
                (None, named) => Canaries::Named(named.to_vec()),
            },
            pause_after_canaries: args.pause_after_canaries,
            wave_size: args.wave_size,
            budget: ErrorBudget {
                failures: if args.stop_at_failure { Some(1) } else { args.max_failures },
                percent: args.max_failure_percent,
            },
            jobs: self.conduct.jobs.map(usize::from),
            group: args.group.unwrap_or(usual.group),
            lock_timeout: args.lock_timeout.unwrap_or(usual.lock_timeout),
            statement_timeout: args.statement_timeout.filter(|timeout| !timeout.is_zero()),
            attempts: args.attempts.unwrap_or(usual.attempts),
            max_rate: args.max_rate,
            pause_when_p99: args.pause_when_p99,
        }
    }

    /// The same for the library's runs, which `stop` pauses.
    pub(crate) fn options(&self, stop: &Stop) -> RunOptions {
        let if_running = match (self.conduct.wait, self.conduct.go_on) {
            (true, _) => IfRunning::Wait,
            (_, true) => IfRunning::GoOn,
            _ => IfRunning::Refuse,
        };
        let supersede = self.conduct.supersede;
        RunOptions { policy: self.policy(), stop: stop.clone(), if_running, supersede, started_by: None }
    }
}

/// At least 1.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a whole number, at least 1".to_owned())
}

fn number(text: &str) -> Option<f64> {
    f64::from_str(text).ok().filter(|number| number.is_finite() && *number > 0.0)
}

fn percent(text: &str) -> Result<f64, String> {
    number(text.trim_end_matches('%'))
        .filter(|percent| *percent <= 100.0)
        .ok_or_else(|| "a number above 0 and up to 100".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    number(text).ok_or_else(|| "a number above 0".to_owned())
}

fn time(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let each = match unit.trim() {
        "" if number.bytes().all(|digit| digit == b'0') => Some(0),
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    // What PostgreSQL can count.
    let whole = || number.parse::<u64>().ok()?.checked_mul(each?).filter(|ms| i32::try_from(*ms).is_ok());
    whole()
        .map(Duration::from_millis)
        .ok_or_else(|| "a whole number with ms, s, m or h, for example 500ms, or 0".to_owned())
}

fn some_time(text: &str) -> Result<Duration, String> {
    match time(text)? {
        Duration::ZERO => Err("more than 0".to_owned()),
        some => Ok(some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_nothing_is_guessed() {
        let read = ["500ms", "2s", "1m", "3min", "1h", "0", "0s"].map(|text| time(text).unwrap().as_millis());
        assert_eq!(read, [500, 2_000, 60_000, 180_000, 3_600_000, 0, 0]);
        for wrong in ["", "s", "2", "-1s", "1.5s", "2 weeks", "2é", "99999999999999999999s", "600h"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        assert!(some_time("0").is_err());
        assert_eq!(some_time("30ms"), Ok(Duration::from_millis(30)));
    }

    #[test]
    fn rates_and_percentages_are_above_zero() {
        assert_eq!((rate("12.5"), percent("2.5"), percent("5%")), (Ok(12.5), Ok(2.5), Ok(5.0)));
        for wrong in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(rate(wrong).is_err() && percent(wrong).is_err() && positive(wrong).is_err(), "{wrong}");
        }
        assert!(percent("101").is_err());
    }
}
