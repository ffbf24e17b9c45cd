//! What tenancy costs, side by side with what one would use instead: `./dev bench [SUBJECT] [--quick]`.
//!
//! * [`request`], [`roles`], [`clone`], [`fleet`], [`neighbour`]: the subjects.
//! * [`measure`]: ways take turns, medians are reported. [`table`]: beside what cannot be beaten.
//! * [`server`]: a server of this run's own.

mod bare;
mod clone;
mod desk;
mod fleet;
mod herd;
mod measure;
mod neighbour;
#[allow(clippy::unwrap_used, reason = "shared with the tests, which fail by panicking")]
#[path = "../../tenancy-diesel/tests/support/proxy.rs"]
mod proxy;
mod psql;
mod request;
mod roles;
mod server;
mod statements;
mod table;
mod wide;

use anyhow::{Result, bail};

use crate::server::Server;

type Subject = fn(&Server, bool) -> Result<()>;

const SUBJECTS: [(&str, Subject); 5] = [
    ("request", request::run),
    ("roles", roles::run),
    ("clone", clone::run),
    ("fleet", fleet::run),
    ("neighbour", neighbour::run),
];

const USAGE: &str = "\
usage: ./dev bench [SUBJECT] [--quick] [--durable]

SUBJECT    request, roles, clone, fleet or neighbour, or a part of the word; all unless given
--quick    fewer rounds and tenants: whether it runs, not how fast
--durable  a server that waits for the disk at every commit
";

fn main() -> Result<()> {
    let (mut quick, mut durable, mut filter) = (false, false, String::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            "--durable" => durable = true,
            option if option.starts_with('-') => bail!("{USAGE}"),
            word => filter = word.to_owned(),
        }
    }
    let subjects: Vec<_> = SUBJECTS.into_iter().filter(|(name, _)| name.contains(&filter)).collect();
    if subjects.is_empty() {
        bail!("{USAGE}");
    }
    let server = Server::start(durable)?;
    announce(&server)?;
    subjects.into_iter().try_for_each(|(_, run)| run(&server, quick))
}

#[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
fn announce(server: &Server) -> Result<()> {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{}, {processors} processors, TCP on the loopback interface", server.describe()?);
    Ok(())
}
