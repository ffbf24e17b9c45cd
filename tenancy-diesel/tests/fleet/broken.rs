//! One of fifty is broken.

use std::process::Command;

use tenancy_diesel::FleetEvent;
use tenancy_diesel::RunOptions;
use tenancy_diesel::core::fleet::{Policy, TenantState};
use tenancy_diesel::embedded::ServerBinaries;

use crate::desk::Desk;
use crate::order::{assert_done, assert_registry_is_true};

fn dump(desk: &Desk, schema: &str) -> String {
    let output = Command::new(ServerBinaries::find(None).unwrap().tool("pg_dump"))
        .args(["--schema", schema, "--dbname", desk.world.url()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Minor releases since August 2025 wrap the dump in `\restrict <random>`.
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

/// Which transaction wrote each tenant's registry row and its last bookkeeping row.
const WRITTEN: &str = "SELECT string_agg(concat_ws(' ', slug, xmin::text, probe.ask(schema_name, \
    'SELECT string_agg(version || xmin::text, '' '' ORDER BY version) FROM $schema.__diesel_schema_migrations')), '; ' ORDER BY slug) \
    FROM tenancy.tenants WHERE slug <> 't17'";

#[test]
fn the_other_forty_nine_are_migrated_and_the_next_run_touches_only_the_one() {
    let desk = Desk::new();
    desk.create_many(50);
    desk.world.sql("ALTER TABLE tenant_t17.customers ADD email int; INSERT INTO tenant_t17.customers (name) VALUES ('x')");
    desk.write(
        "2026-02-01-000000_email",
        "CREATE TABLE more (id int); ALTER TABLE customers ADD email text",
        None,
    );
    desk.write("2026-02-02-000000_last", "CREATE INDEX ON customers (email)", None);
    let before = dump(&desk, "tenant_t17");
    let mut finished = 0;
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&RunOptions::from(Policy { jobs: Some(2), ..Policy::default() }), |event| {
            finished += usize::from(matches!(event, FleetEvent::Tenant(_)));
        })
        .unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug.as_str() == "t17" && failed[0].done.is_empty(), "{failed:?}");
    let error = failed[0].error.as_deref().unwrap();
    assert!(error.contains("2026-02-01-000000_email") && error.contains("already exists"), "{error}");
    assert_eq!((report.tenants.len(), report.not_begun, finished, report.is_success()), (50, 0, 50, false));
    assert_eq!(dump(&desk, "tenant_t17"), before, "nothing of it stays");
    assert_registry_is_true(&mut desk.world.bare());
    let run = report.run.unwrap();
    assert_eq!(desk.tenancy().runs().tenants(run, Some(TenantState::Done)).unwrap().len(), 49);
    let recorded = desk.tenancy().runs().tenants(run, Some(TenantState::Failed)).unwrap();
    assert_eq!((recorded.len(), recorded[0].error.as_deref()), (1, Some(error)));

    let written = desk.value(WRITTEN);
    let again = desk.migrate();
    let touched: Vec<_> = again.tenants.iter().map(|tenant| tenant.slug.as_str()).collect();
    assert_eq!((touched, again.is_success()), (vec!["t17"], false));
    desk.world.sql("ALTER TABLE tenant_t17.customers DROP email");
    let last = again.run.unwrap();
    let resumed = desk.tenancy().fleet().resume(Some(last), &RunOptions::default(), |_| {}).unwrap();
    assert!(resumed.is_success() && resumed.tenants.len() == 1, "{resumed:?}");
    assert_eq!(desk.value(WRITTEN), written, "nobody else was written to");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}
