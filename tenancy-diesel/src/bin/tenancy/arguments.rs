//! What every command takes, and which commands there are.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tenancy_diesel::{SecretKey, TenantRoles};

use crate::context::Context;
use crate::exit::Outcome;
use crate::{
    activate, archive, check, clone, create, dedicate, diff, doctor, drop, exec, init, limits, list, logins,
    migrate, migration, redo, rename, revert, roles, runs, seed, share, show, spares, status, suspend,
    unshare,
};

const EXAMPLES: &str = "\
Examples:
  export DATABASE_URL=postgres://localhost/app
  tenancy init                      install the control plane and build the template
  tenancy create acme --name 'Acme, Inc.'
  tenancy migrate --dry-run         what there is to do, and in which waves
  tenancy migrate                   bring every tenant up to date; Ctrl-C pauses, --resume goes on
  tenancy status --check            exit 1 while any tenant lacks a migration
  tenancy doctor                    exit 1 when something would let tenants' data mix

Exit codes:
  0  fine
  1  something failed or was found: a migration in a tenant, an unknown tenant, no database
  2  wrong usage";

/// Tenants and their migrations in a PostgreSQL database
#[derive(Debug, Parser)]
#[command(name = "tenancy", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Any,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The database: a URL or libpq's keyword form
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Where the tenants' migrations are [default: migrations/tenant, if it is there]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) migrations: Option<PathBuf>,
    /// The schema that tenants are cloned from [default: base_template]
    #[arg(long, global = true, value_name = "SCHEMA")]
    pub(crate) template: Option<String>,
    /// What the names of tenants' schemas start with [default: tenant_]
    #[arg(long, global = true)]
    pub(crate) prefix: Option<String>,
    /// The database as the login that serves requests, when operators have another [default: --database-url]
    #[arg(long, global = true, env = "TENANCY_SERVICE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) service_url: Option<String>,
    /// The key that seals passwords of logins, 64 hexadecimal digits: for `logins` and `dedicate`
    #[arg(long, global = true, env = "TENANCY_SECRET_KEY", hide_env_values = true, value_name = "HEX")]
    pub(crate) secret_key: Option<SecretKey>,
    /// Whether new tenants get roles of their own: on or off
    #[arg(long, global = true, env = "TENANCY_ROLES", default_value_t = TenantRoles::On, value_name = "ON|OFF")]
    pub(crate) roles: TenantRoles,
    /// Print one JSON document instead of tables (runs over the fleet: a line for each event), errors as JSON on stderr
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Any {
    #[command(flatten)]
    OfDatabase(Box<Command>),
    // Needs no database.
    #[command(subcommand)]
    Migration(migration::Migration),
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Create(create::Create),
    Clone(clone::Clone),
    List(list::List),
    Show(show::Show),
    Migrate(migrate::Migrate),
    Status(status::Status),
    Revert(revert::RevertCommand),
    Redo(redo::Redo),
    Runs(runs::RunsCommand),
    Suspend(suspend::Suspend),
    Activate(activate::Activate),
    Archive(archive::Archive),
    Rename(rename::Rename),
    Drop(drop::Drop),
    Spares(spares::Spares),
    Limits(limits::Limits),
    Exec(exec::Exec),
    Seed(seed::SeedCommand),
    Roles(roles::RolesCommand),
    Logins(logins::LoginsCommand),
    Dedicate(dedicate::Dedicate),
    Share(share::Share),
    Unshare(unshare::Unshare),
    Check(check::Check),
    Diff(diff::Diff),
    Doctor(doctor::Doctor),
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    ///
    /// What kept it from being done, in words for the operator.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let command = match &self.command {
            Any::Migration(command) => return command.run(&self.global),
            Any::OfDatabase(command) => command,
        };
        let context = Context::open(&self.global)?;
        let result = match command.as_ref() {
            // The one command that needs no control plane.
            Command::Init(command) => return command.run(&context),
            Command::Create(command) => command.run(&context),
            Command::Clone(command) => command.run(&context),
            Command::List(command) => command.run(&context),
            Command::Show(command) => command.run(&context),
            Command::Migrate(command) => command.run(&context),
            Command::Status(command) => command.run(&context),
            Command::Revert(command) => command.run(&context),
            Command::Redo(command) => command.run(&context),
            Command::Runs(command) => command.run(&context),
            Command::Suspend(command) => command.run(&context),
            Command::Activate(command) => command.run(&context),
            Command::Archive(command) => command.run(&context),
            Command::Rename(command) => command.run(&context),
            Command::Drop(command) => command.run(&context),
            Command::Spares(command) => command.run(&context),
            Command::Limits(command) => command.run(&context),
            Command::Exec(command) => command.run(&context),
            Command::Seed(command) => command.run(&context),
            Command::Logins(command) => command.run(&context),
            Command::Dedicate(command) => command.run(&context),
            Command::Roles(command) => command.run(&context),
            Command::Share(command) => command.run(&context),
            Command::Unshare(command) => command.run(&context),
            Command::Check(command) => command.run(&context),
            Command::Diff(command) => command.run(&context),
            Command::Doctor(command) => command.run(&context),
        };
        result.map_err(|error| context.explain(error))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Cli::command().debug_assert();
    }
}
