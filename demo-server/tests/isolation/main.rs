//! The demo under the testing kit: every route, two tenants side by side, panics, clients that go away, statements
//! that time out and backends that are killed; and not one foreign row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod actions;
mod service;

use std::collections::BTreeSet;

use rocket::tokio::runtime::Builder;
use tenancy_diesel::assert_isolated;
use tenancy_diesel::testing::{Fault, FaultPlan, Interleaver};

use service::Service;

#[test]
fn not_one_foreign_row_on_any_route() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (service, database) = Service::start(&runtime);
    let faults = FaultPlan::default().panics_in_queries();
    let check = Interleaver::as_tasks(&service.tenancy, &service.sentinels, database.url())
        .faults(faults)
        .operations(500);
    let check = actions::all(check, &service);

    // A route that nobody checks is the one that leaks.
    let mounted: BTreeSet<String> = service
        .client
        .rocket()
        .routes()
        .map(|route| format!("{} {}", route.method, route.uri.path()))
        .collect();
    let driven: BTreeSet<String> =
        check.actions().map(|name| name.split(" (").next().unwrap().to_owned()).collect();
    assert_eq!(mounted, driven, "tests/isolation/actions.rs drives exactly the routes that are mounted");

    let report = runtime.block_on(check.run()).unwrap();
    assert_isolated!(report);
    let occurred = |fault| report.faults.get(&fault).copied().unwrap_or_default();
    assert!(
        [Fault::Panic, Fault::Cancellation, Fault::Timeout, Fault::Kill].map(occurred).iter().all(|n| *n > 0),
        "{report}"
    );
    eprintln!("{report}");
}
