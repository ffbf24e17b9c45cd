//! `tenancy`: tenants and their migrations from the command line.
//!
//! Every command is a file of its own: what it takes (clap), what it does (the library's public API only), what
//! it says. Results go to stdout, as tables or, with `--json`, as one document (runs over the fleet print a line for
//! each event); everything else goes to stderr.

mod activate;
mod archive;
mod arguments;
mod check;
mod clone;
mod context;
mod create;
mod create_many;
mod dedicate;
mod diff;
mod doctor;
mod drop;
mod dry_run;
mod exec;
mod exit;
mod findings;
mod init;
mod interrupt;
mod limits;
mod list;
mod logins;
mod migrate;
mod migration;
mod migration_lint;
mod migration_new;
mod output;
mod progress;
mod redo;
mod rename;
mod revert;
mod roles;
mod run;
mod run_choice;
mod run_conduct;
mod run_lines;
mod run_progress;
mod run_summary;
mod run_view;
mod runs;
mod runs_pause;
mod runs_prune;
mod runs_show;
mod seed;
mod share;
mod show;
mod slugs;
mod spares;
mod status;
mod suspend;
mod trial;
mod unshare;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match arguments::Cli::try_parse() {
        Ok(cli) => exit::code(cli.global.json, cli.run()),
        Err(refusal) => exit::refused(&refusal),
    }
}
