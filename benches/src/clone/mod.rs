//! A sign-up: a clone of the template, beside other ways to make one, among 0, 1,000 and 5,000 tenants.
//!
//! * [`way`]: the ways. [`like`], [`dumped`], [`django`]: those that others go.
//! * [`many`]: several at a time.
//! * [`template`]: what is cloned. [`herd`]: who is there already. [`report`]: the tables.

mod django;
mod dumped;
mod herd;
mod like;
mod many;
mod report;
mod template;
mod way;

use anyhow::Result;
use diesel::connection::SimpleConnection as _;

use self::django::Django;
use self::herd::Herd;
use self::report::{Found, Report};
use self::template::Template;
use self::way::Maker;
use crate::measure::{Effort, once, times};
use crate::server::{Database, Server};

/// Measures and prints.
pub(crate) fn run(server: &Server, quick: bool) -> Result<()> {
    let database = server.database()?;
    let mut django = Django::start(database.url())?;
    let mut reports: Vec<_> = Template::ALL.iter().map(|&template| Report::new(template)).collect();
    let mut herd = Herd::new(&database)?;
    for tenants in if quick { &[0, 100][..] } else { &[0, 1_000, 5_000] } {
        herd.grow(*tenants)?;
        for report in &mut reports {
            level(&database, django.as_mut(), report, *tenants, quick)?;
            report.tell(*tenants);
        }
    }
    reports.iter().for_each(Report::print);
    many::run(server, quick)?;
    Ok(())
}

/// All ways to clone one template among so many tenants.
fn level(
    database: &Database,
    django: Option<&mut Django>,
    report: &mut Report,
    tenants: usize,
    quick: bool,
) -> Result<()> {
    let template = report.template();
    let tenancy = template.create(database)?;
    let mut makers = way::all(database, &tenancy, django)?;
    if report.is_empty() {
        for maker in &mut makers {
            report.found(maker.name(), found(database, maker)?);
        }
    }
    makers.retain(|maker| !report.fails(maker.name()));
    let rounds = if quick { 1 } else { template.rounds() };
    let (slow, makers): (Vec<_>, Vec<_>) =
        makers.into_iter().partition(|maker| maker.is_slow() && template != Template::Desk);
    let mut ways: Vec<_> = makers.into_iter().map(Maker::into_way).collect();
    ways.extend(way::parts(database, &tenancy)?);
    let mut figures = times(&mut ways, Effort { rounds, laps: 1 })?;
    for way in slow.into_iter().map(Maker::into_way) {
        figures.push(once(way)?);
    }
    drop(ways);
    report.add(tenants, figures);
    drop(tenancy);
    database.connect()?.batch_execute("DROP SCHEMA base_template CASCADE")?;
    Ok(())
}

/// What one clone writes and what it lost.
fn found(database: &Database, maker: &mut Maker<'_>) -> Result<Found> {
    let before = report::catalogue_rows(database)?;
    let schema = match maker.keep() {
        Ok(schema) => schema,
        Err(error) => return Ok(Found::Fails(format!("{error:#}"))),
    };
    let rows = report::catalogue_rows(database)? - before;
    let different = report::differences(database, &schema)?;
    maker.drop(&schema)?;
    Ok(Found::Makes { rows, different })
}
