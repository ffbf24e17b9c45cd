//! `tenancy limits`

use std::num::NonZeroU32;

use clap::Args;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Limits as Said, SizeLimit, TimeLimit};

use crate::context::Context;
use crate::exit::Outcome;

/// Limit what a tenant may take, or show what it is limited to
#[derive(Debug, Args)]
#[command(after_help = "\
What is not named stays as it is; --clear forgets it. A limit that is not set is the service's own. Timeouts of 0, and \
a limit of -1 for temporary files, mean none. Settings take effect when a session is pinned the next time, the number \
of connections within ten seconds.

Examples:
  tenancy limits acme
  tenancy limits acme --connections 2 --statement-timeout 5s
  tenancy limits acme --clear --work-mem 64MB")]
pub(crate) struct Limits {
    /// The tenant
    slug: TenantSlug,
    /// How many connections of one process it may hold at once
    #[arg(long, value_name = "N")]
    connections: Option<NonZeroU32>,
    /// How long one statement may run
    #[arg(long, value_name = "TIME")]
    statement_timeout: Option<TimeLimit>,
    /// How long one statement may wait for a lock
    #[arg(long, value_name = "TIME")]
    lock_timeout: Option<TimeLimit>,
    /// How long a transaction may be open while nothing is done
    #[arg(long, value_name = "TIME")]
    idle_in_transaction_timeout: Option<TimeLimit>,
    /// How much memory each sort or hash of a statement may take
    #[arg(long, value_name = "SIZE")]
    work_mem: Option<SizeLimit>,
    /// How much disk a session's temporary files may take; not every login may set that
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    temp_file_limit: Option<SizeLimit>,
    /// Forget the limits that are set, before those that are named
    #[arg(long)]
    clear: bool,
}

impl Limits {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let registry = context.tenancy.registry();
        let mut tenant = registry.find_by_slug(&self.slug)?;
        let said = Said {
            connections: self.connections,
            statement_timeout: self.statement_timeout,
            lock_timeout: self.lock_timeout,
            idle_in_transaction_session_timeout: self.idle_in_transaction_timeout,
            work_mem: self.work_mem,
            temp_file_limit: self.temp_file_limit,
        };
        if self.clear || said != Said::default() {
            let limits = if self.clear { said } else { said.or(tenant.limits) };
            tenant = registry.set_limits(&self.slug, &limits)?;
        }
        context.out.result(&tenant, || {
            if tenant.limits == Said::default() {
                format!("tenant `{}` has no limits of its own", tenant.slug)
            } else {
                format!("tenant `{}` is limited to {}", tenant.slug, tenant.limits)
            }
        })?;
        Ok(Outcome::Fine)
    }
}
