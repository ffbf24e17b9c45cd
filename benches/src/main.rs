//! What tenancy costs, side by side with what one would use instead: `./dev bench [SUBJECT] [--quick] [--large]`.
//!
//! * [`request`], [`roles`], [`clone`], [`fleet`], [`neighbour`]: the subjects.
//! * [`measure`]: ways take turns, medians are reported. [`table`]: beside what cannot be beaten.
//! * [`server`]: a server of this run's own.

mod bare;
mod clone;
mod desk;
mod fleet;
mod hands;
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

/// How much is measured.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    quick: bool,
    /// The size of the fleet, if it is not to be the usual ones.
    tenants: Option<usize>,
}

type Subject = fn(&Server, Extent) -> Result<()>;

const SUBJECTS: [(&str, Subject); 5] = [
    ("request", |server, extent| request::run(server, extent.quick)),
    ("roles", |server, extent| roles::run(server, extent.quick)),
    ("clone", |server, extent| clone::run(server, extent.quick)),
    ("fleet", fleet::run),
    ("neighbour", |server, extent| neighbour::run(server, extent.quick)),
];

const USAGE: &str = "\
usage: ./dev bench [SUBJECT] [--quick] [--large] [--tenants=N] [--durable]

SUBJECT    request, roles, clone, fleet or neighbour, or a part of the word; all unless given
--quick    fewer rounds and tenants: whether it runs, not how fast
--large    a fleet of 10,000 tenants, instead of 200 and 1,000; --tenants=N: of N
--durable  a server that waits for the disk at every commit
";

fn main() -> Result<()> {
    let (mut extent, mut durable, mut filter) = (Extent::default(), false, String::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => extent.quick = true,
            "--large" => extent.tenants = Some(10_000),
            "--durable" => durable = true,
            option if option.starts_with('-') => match option.strip_prefix("--tenants=").map(str::parse) {
                Some(Ok(tenants)) if tenants > 0 => extent.tenants = Some(tenants),
                _ => bail!("{USAGE}"),
            },
            word => filter = word.to_owned(),
        }
    }
    let subjects: Vec<_> = SUBJECTS.into_iter().filter(|(name, _)| name.contains(&filter)).collect();
    if subjects.is_empty() {
        bail!("{USAGE}");
    }
    let server = Server::start(durable)?;
    announce(&server)?;
    subjects.into_iter().try_for_each(|(_, run)| run(&server, extent))
}

#[expect(clippy::print_stdout, reason = "a benchmark's result belongs on stdout")]
fn announce(server: &Server) -> Result<()> {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{}, {processors} processors, TCP on the loopback interface", server.describe()?);
    Ok(())
}
