//! `tenancy runs show`

use std::cmp::Reverse;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tenancy_diesel::core::fleet::{Canaries, Policy, TenantState};
use tenancy_diesel::{RunRecord, RunTenant};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::{self, printable};
use crate::run_choice::RunChoice;
use crate::runs::{Told, resumable, took};
use crate::words;

/// Show a run and how each of its tenants fared
#[derive(Debug, Args)]
#[command(after_help = "\
Those that failed come first, with their errors in full below the table, then those that took longest.

Examples:
  tenancy runs show latest
  tenancy runs show 12 --failed
  tenancy runs show 12 --json | jq -r '.tenants[] | select(.state == \"pending\").slug'")]
pub(crate) struct Show {
    /// The run's number, or `latest`
    run: RunChoice,
    /// Only the tenants that failed
    #[arg(long, conflicts_with = "pending")]
    failed: bool,
    /// Only the tenants that are still to be done
    #[arg(long)]
    pending: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    run: Told<'a>,
    tenants: &'a [RunTenant],
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let runs = context.tenancy.runs();
        let run = self.run.find(runs)?;
        let state = match (self.failed, self.pending) {
            (true, _) => Some(TenantState::Failed),
            (_, true) => Some(TenantState::Pending),
            _ => None,
        };
        let mut tenants = runs.tenants(run.id, state)?;
        tenants.sort_by_key(|tenant| {
            let microseconds = (tenant.milliseconds * 1_000.0) as u64;
            (tenant.state != TenantState::Failed, Reverse(microseconds))
        });
        context.out.result(&Document { run: Told::of(&run), tenants: &tenants }, || text(&run, &tenants))?;
        if run.is_resumable() {
            context.out.remark(&resumable(&run));
        }
        Ok(Outcome::Fine)
    }
}

fn text(run: &RunRecord, tenants: &[RunTenant]) -> String {
    let mut text = header(run);
    if !tenants.is_empty() {
        text.push_str("\n\n");
        text.push_str(&table(tenants));
    }
    for tenant in tenants {
        if let Some(error) = &tenant.error {
            text.push_str(&format!("\n\n{}: {}", tenant.slug, printable(error, true).trim_end()));
        }
    }
    text
}

fn header(run: &RunRecord) -> String {
    let counts = &run.counts;
    let standing = match (&run.reason, run.pause_requested && run.alive) {
        (_, true) => format!("{}, and asked to pause", run.standing()),
        (Some(reason), _) => format!("{}: {}", run.standing(), printable(reason, true)),
        (None, _) => run.standing().to_owned(),
    };
    let resumed = match run.attempt {
        ..=1 => String::new(),
        attempts => format!(", resumed {}", words::count(attempts.unsigned_abs() as usize - 1, "time")),
    };
    let mut said: Vec<String> =
        [(counts.done, "done"), (counts.failed, "failed"), (counts.pending, "pending")]
            .iter()
            .map(|(count, state)| format!("{count} {state}"))
            .collect();
    if counts.gone > 0 {
        said.push(format!("{} gone", counts.gone));
    }
    let template = if run.template.is_empty() { "-".to_owned() } else { run.template.join("\n") };
    let mut table = output::bare();
    for (what, value) in [
        ("run", run.id.to_string()),
        ("state", standing),
        ("direction", run.direction.to_string()),
        ("target", printable(words::version(run.target()), false)),
        ("template", printable(&template, true)),
        ("tenants", format!("{}: {}", counts.total(), said.join(", "))),
        ("policy", policy(&run.policy)),
        ("begun by", printable(&run.started_by, false)),
        ("runner", format!("{}{resumed}", printable(&run.runner, false))),
        ("started", words::time(run.started_at)),
        ("ended", run.ended_at.map_or_else(|| "-".to_owned(), words::time)),
        ("took", took(run)),
    ] {
        table.add_row([what.to_owned(), value]);
    }
    output::lines(&mut table)
}

/// What a policy says that differs from what it says by itself.
fn policy(policy: &Policy) -> String {
    let usual = Policy::default();
    let slugs = |slugs: &[_]| slugs.iter().map(ToString::to_string).collect::<Vec<String>>().join(" ");
    let said = [
        (!policy.only.is_empty()).then(|| format!("only {}", slugs(&policy.only))),
        match &policy.canaries {
            Canaries::None => None,
            Canaries::Count(1) => Some("1 canary".to_owned()),
            Canaries::Count(count) => Some(format!("{count} canaries")),
            Canaries::Named(names) => Some(format!("canaries {}", slugs(names))),
        },
        policy.pause_after_canaries.then(|| "a pause after them".to_owned()),
        policy.wave_size.map(|size| format!("waves of {size}")),
        policy.budget.failures.map(|failures| format!("ends at {}", words::count(failures, "failure"))),
        policy.budget.percent.map(|percent| format!("ends at {percent} % failures")),
        policy.jobs.map(|jobs| words::count(jobs, "job")),
        (policy.group != usual.group).then(|| format!("{} in a transaction at most", policy.group)),
        (policy.lock_timeout != usual.lock_timeout)
            .then(|| format!("lock timeout {}", words::duration(policy.lock_timeout))),
        policy.statement_timeout.map(|timeout| format!("statement timeout {}", words::duration(timeout))),
        (policy.attempts != usual.attempts).then(|| format!("{} attempts", policy.attempts)),
        policy.max_rate.map(|rate| format!("{rate} tenants per second at most")),
        policy.pause_when_p99.map(|p99| format!("waits while p99 is above {}", words::duration(p99))),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { "-".to_owned() } else { said.join(", ") }
}

fn table(tenants: &[RunTenant]) -> String {
    let mut table =
        output::table(["TENANT", "STATE", "WAVE", "ATTEMPTS", "FROM", "TO", "TOOK", "FINISHED", "WORKER"]);
    for tenant in tenants {
        let took = Duration::try_from_secs_f64(tenant.milliseconds / 1_000.0).unwrap_or_default();
        // People count from 1.
        let wave = tenant.wave.saturating_add(1);
        table.add_row([
            printable(&tenant.slug, false),
            tenant.state.to_string(),
            if tenant.canary { format!("{wave} (canary)") } else { wave.to_string() },
            tenant.attempts.to_string(),
            printable(words::version(tenant.from_version.as_deref()), false),
            printable(words::version(tenant.to_version.as_deref()), false),
            if tenant.began_at.is_some() { words::duration(took) } else { "-".to_owned() },
            tenant.finished_at.map_or_else(|| "-".to_owned(), words::time),
            printable(tenant.worker.as_deref().unwrap_or("-"), false),
        ]);
    }
    output::lines(&mut table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_tells_what_is_unusual_about_it() {
        assert_eq!(policy(&Policy::default()), "-");
        let unusual = Policy {
            canaries: Canaries::Count(3),
            wave_size: Some(100),
            attempts: 9,
            max_rate: Some(12.5),
            ..Policy::default()
        };
        assert_eq!(policy(&unusual), "3 canaries, waves of 100, 9 attempts, 12.5 tenants per second at most");
    }
}
