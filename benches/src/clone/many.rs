use std::cell::Cell;
use std::ops::ControlFlow;

use anyhow::{Result, ensure};
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{ManyOptions, NewTenant, Tenancy};

use crate::desk;
use crate::measure::{Effort, Way, times};
use crate::server::Server;
use crate::table::Table;

/// So many tenants are created at once.
const TENANTS: usize = 20;

const ONE_BY_ONE: &str = "`create`, one by one";

/// Many sign-ups, on several connections, beside one by one.
pub(super) fn run(server: &Server, quick: bool) -> Result<()> {
    let database = server.database()?;
    let tenancy = desk::tenancy(database.url())?;
    let number = Cell::new(0);
    let names = || -> Result<Vec<TenantSlug>> {
        (0..TENANTS)
            .map(|_| {
                number.set(number.get() + 1);
                Ok(format!("m{}", number.get()).parse()?)
            })
            .collect()
    };
    let mut ways = vec![Way::parts([ONE_BY_ONE], |lap| {
        let slugs = names()?;
        let tenants: Vec<_> = slugs.iter().cloned().map(NewTenant::new).collect();
        lap.start();
        tenants.iter().try_for_each(|new| tenancy.provisioner().create(new).map(drop))?;
        lap.mark();
        clear(&tenancy, &slugs)
    })];
    for (name, jobs) in [("`create_many`, 1 job", 1), ("2 jobs", 2), ("4 jobs", 4)] {
        let (tenancy, names) = (&tenancy, &names);
        ways.push(Way::parts([name], move |lap| {
            let slugs = names()?;
            let tenants: Vec<_> = slugs.iter().cloned().map(NewTenant::new).collect();
            let options = ManyOptions { jobs, ..ManyOptions::default() };
            lap.start();
            let report =
                tenancy.provisioner().create_many(&tenants, &options, |_| ControlFlow::Continue(()))?;
            lap.mark();
            ensure!(report.is_success(), "not all were created");
            clear(tenancy, &slugs)
        }));
    }
    let figures = times(&mut ways, Effort { rounds: if quick { 1 } else { 7 }, laps: 1 })?;
    Table::new("Twenty sign-ups at once, for each: the demo's template", &figures, ONE_BY_ONE)
        .per(TENANTS)
        .print();
    Ok(())
}

fn clear(tenancy: &Tenancy, slugs: &[TenantSlug]) -> Result<()> {
    Ok(slugs.iter().try_for_each(|slug| tenancy.provisioner().drop(slug).map(drop))?)
}
