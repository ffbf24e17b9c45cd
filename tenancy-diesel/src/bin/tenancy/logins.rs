//! `tenancy logins`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::core::name::RoleName;
use tenancy_diesel::{Login, LoginKind, TenantSlug};

use crate::context::Context;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;

/// Show the logins that serve tenants, add some, or change their passwords
#[derive(Debug, Args)]
#[command(after_help = "\
A login that may act as very many tenants is slow: PostgreSQL 15 needs 2 ms for the first statement of a session at 1,000
tenants, 135 ms at 10,000, and again after each sign-up. Shards share the tenants out, 500 to 1,000 each.

Examples:
  tenancy logins
  tenancy logins --shards 16 --spread        for 10,000 tenants
  tenancy logins --rotate login_6ba7b8109dad11d180b400c04fd430c8
  tenancy logins --rotate-all")]
pub(crate) struct LoginsCommand {
    /// Add shards until there are this many; new tenants go to the one that serves the fewest
    #[arg(long, value_name = "N")]
    shards: Option<usize>,
    /// Spread the existing tenants over the shards, too
    #[arg(long)]
    spread: bool,
    /// Give this login a new password; may be repeated
    #[arg(long, value_name = "LOGIN")]
    rotate: Vec<RoleName>,
    /// Give every shard and every dedicated login a new password
    #[arg(long, conflicts_with = "rotate")]
    rotate_all: bool,
}

#[derive(Serialize)]
struct Report {
    logins: Vec<Login>,
    added: Vec<RoleName>,
    moved: usize,
    rotated: Vec<RoleName>,
    failed: Vec<TenantSlug>,
}

impl LoginsCommand {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let logins = context.tenancy.logins();
        let added = self.shards.map(|count| logins.add_shards(count)).transpose()?.unwrap_or_default();
        let (mut moved, mut failed) = (0, Vec::new());
        if self.spread {
            let total = context.tenancy.roles().standing()?.len();
            let mut progress = Progress::new(context.out, total);
            moved = logins.spread(|slug, result| {
                let error = result.err().map(ToString::to_string);
                progress.finished(slug, error.as_deref());
                failed.extend(error.map(|_| slug.clone()));
            })?;
            progress.end();
        }
        let rotated = if self.rotate_all {
            let ours = logins.list()?.into_iter().filter(|login| login.kind != LoginKind::Service);
            ours.map(|login| login.name).collect()
        } else {
            self.rotate.clone()
        };
        for login in &rotated {
            logins.rotate(login)?;
        }
        let report = Report { logins: logins.list()?, added, moved, rotated, failed };
        context.out.result(&report, || {
            let mut table = output::table(["LOGIN", "KIND", "TENANTS", "PASSWORD SINCE"]);
            for login in &report.logins {
                let made = login.rotated_at.format("%Y-%m-%d %H:%M").to_string();
                let (kind, since) = match login.kind {
                    LoginKind::Service => ("service", "-".to_owned()),
                    LoginKind::Shard => ("shard", made),
                    LoginKind::Dedicated => ("dedicated", made),
                };
                table.add_row([login.name.as_str(), kind, &login.tenants.to_string(), &since]);
            }
            if table.is_empty() { String::new() } else { output::lines(&mut table) }
        })?;
        let Report { logins, added, moved, rotated, .. } = &report;
        context.out.remark(&if logins.is_empty() {
            "no logins in the registry: the service's is a superuser, or roles are off".to_owned()
        } else {
            format!("{} added, {moved} moved, {} rotated", added.len(), rotated.len())
        });
        Ok(Outcome::of(report.failed.is_empty()))
    }
}
