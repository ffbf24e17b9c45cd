use anyhow::{Result, ensure};
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::{RunOptions, Tenancy};

use crate::herd::Herd;
use crate::measure::{Effort, Way, times, trips};
use crate::proxy::CountingProxy;
use crate::table::Table;

const QUERY: &str = "one query of the registry's rows";

/// When there is nothing to do; printed.
pub(super) fn run(herd: &Herd, tenancy: &Tenancy, rounds: usize) -> Result<()> {
    let tenants = herd.schemas().len();
    let mut conn = herd.connect()?;
    let query = Way::new(QUERY, move || {
        Ok(conn
            .batch_execute("SELECT id, slug, schema_name, migrations FROM tenancy.tenants ORDER BY slug")?)
    });
    let [first, second] = ways(tenancy, tenants);
    let figures = times(&mut [query, first, second], Effort { rounds: 5 * rounds, laps: 2 })?;
    let proxy = CountingProxy::to(herd.url());
    let counted = trips(&mut ways(&herd.tenancy(&proxy.url(herd.url()))?, tenants), &proxy, 3)?;
    Table::new(format!("{tenants} tenants, nothing to migrate"), &figures, QUERY)
        .with_trips(&counted)
        .print();
    Ok(())
}

fn ways(tenancy: &Tenancy, tenants: usize) -> [Way<'static>; 2] {
    let (first, second) = (tenancy.clone(), tenancy.clone());
    [
        Way::new("migrate() with nothing to do", move || {
            let report = first.fleet().migrate(&RunOptions::default(), |_| {})?;
            ensure!(report.is_success() && report.tenants.is_empty(), "{report:?}");
            Ok(())
        }),
        Way::new("status()", move || {
            // The bystander, too.
            ensure!(second.fleet().status()?.len() == tenants + 1);
            Ok(())
        }),
    ]
}
