//! `tenancy dedicate`

use clap::Args;
use serde::Serialize;
use tenancy_diesel::TenantSlug;

use crate::context::Context;
use crate::exit::Outcome;

/// Give a tenant a login of its own, or take it away again
#[derive(Debug, Args)]
#[command(after_help = "\
Only that login may then act as the tenant: SQL that is injected into its sessions gains nothing with RESET ROLE. Its
password is made here, sealed with the secret key and kept in the registry; services need the same key.

Examples:
  export TENANCY_SECRET_KEY=$(openssl rand -hex 32)     keep it with the service's other secrets
  tenancy dedicate acme
  tenancy dedicate acme --undo")]
pub(crate) struct Dedicate {
    /// The tenant
    slug: TenantSlug,
    /// Serve it as others are served again
    #[arg(long)]
    undo: bool,
}

#[derive(Serialize)]
struct Dedicated<'a> {
    slug: &'a TenantSlug,
    login: Option<String>,
}

impl Dedicate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let logins = context.tenancy.logins();
        let login = if self.undo {
            logins.undedicate(&self.slug)?;
            None
        } else {
            Some(logins.dedicate(&self.slug)?.to_string())
        };
        let done = Dedicated { slug: &self.slug, login };
        context.out.result(&done, || match &done.login {
            Some(login) => format!("tenant `{}` has login `{login}` of its own", done.slug),
            None => format!("tenant `{}` is served as others are", done.slug),
        })?;
        Ok(Outcome::Fine)
    }
}
