//! Migrations of many tenants: one column and one index in each.
//!
//! * [`ways`]: how to go about it. [`cpu`]: what it costs the server. [`report`]: the table.
//! * [`bystander`]: what another tenant's requests feel of it.
//! * [`idle`]: when there is nothing to do.

mod bystander;
mod cpu;
mod idle;
mod report;
mod ways;

use std::time::Instant;

use anyhow::{Result, ensure};

use self::cpu::Cpu;
use self::report::Report;
use self::ways::Migrator;
use crate::Extent;
use crate::herd::Herd;
use crate::measure::{Effort, Lap, Way, once, times};
use crate::server::Server;

/// Measures and prints.
pub(crate) fn run(server: &Server, extent: Extent) -> Result<()> {
    let levels = match extent {
        Extent { tenants: Some(tenants), .. } => vec![tenants],
        Extent { quick: true, .. } => vec![60],
        _ => vec![200, 1_000],
    };
    levels.into_iter().try_for_each(|tenants| {
        let rounds = match tenants {
            _ if extent.quick => 1,
            ..500 => 5,
            500..3_000 => 3,
            _ => 1,
        };
        level(server, tenants, rounds)
    })
}

fn level(server: &Server, tenants: usize, rounds: usize) -> Result<()> {
    let began = Instant::now();
    let herd = Herd::new(server, tenants)?;
    eprintln!("{tenants} tenants were made in {:.0} s", began.elapsed().as_secs_f64());
    let tenancy = herd.tenancy(herd.url())?;
    let cpu = Cpu::of(&herd)?;
    let report = Report::new(tenants);
    let migrators = ways::all(&herd, &tenancy)?;
    let names: Vec<_> = migrators.iter().map(|migrator| (migrator.name, migrator.tenants)).collect();
    let mut ways: Vec<_> =
        migrators.into_iter().map(|migrator| timed(&herd, migrator, &cpu, &report)).collect();
    let figures = if rounds > 1 {
        times(&mut ways, Effort { rounds, laps: 1 })?
    } else {
        // What takes so long is measured once.
        ways.into_iter()
            .map(|way| once(way).inspect(|figure| eprintln!("{}: {:.1} s", figure.what, figure.median)))
            .collect::<Result<_>>()?
    };
    report.print(&figures, &names);
    bystander::run(&herd, &tenancy)?;
    idle::run(&herd, &tenancy, rounds)
}

/// A lap: a migration that all lack, the migrator, a look whether they have it, and everything back.
fn timed<'a>(herd: &'a Herd, mut migrator: Migrator<'a>, cpu: &'a Cpu, report: &Report) -> Way<'a> {
    let (name, told) = (migrator.name, report.of_server());
    Way::parts([name], move |lap: &mut Lap<'_>| {
        let change = herd.change()?;
        let before = cpu.seconds();
        lap.start();
        (migrator.run)(&change)?;
        lap.mark();
        if let (Some(before), Some(after)) = (before, cpu.seconds()) {
            told.borrow_mut().entry(name).or_default().push(after - before);
        }
        let having = herd.having(&change)?;
        ensure!(having == migrator.tenants, "{name}: {having} tenants have it");
        herd.undo(&change)
    })
}
