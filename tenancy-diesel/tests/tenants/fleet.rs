//! Migrations of the whole fleet.

use std::thread;

use tenancy_diesel::core::fleet::{ErrorBudget, Policy};
use tenancy_diesel::{Error, FleetError, FleetEvent, Revert, RunOptions};

use crate::desk::{Desk, slug};

const SECOND: &str = "2026-02-01-000000_email";

fn add_second(desk: &Desk) {
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text; CREATE INDEX ON customers (email)",
        Some("ALTER TABLE customers DROP COLUMN email"),
    );
}

fn having_email(desk: &Desk) -> String {
    desk.value("SELECT count(DISTINCT table_schema) FROM information_schema.columns WHERE column_name = 'email' AND (table_schema LIKE 'tenant%' OR table_schema = 'base_template')")
}

#[test]
fn every_tenant_and_the_template_end_at_the_new_version() {
    let desk = Desk::new();
    desk.create_many(12);
    desk.tenancy().provisioner().suspend(&slug("t05")).unwrap();
    add_second(&desk);
    let plan = desk.tenancy().fleet().plan(&Policy::default()).unwrap();
    assert_eq!((plan.len(), plan.steps()), (12, 12));
    let mut seen = 0;
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&RunOptions::default(), |event| seen += usize::from(matches!(event, FleetEvent::Tenant(_))))
        .unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!((report.template, report.tenants.len(), seen), (vec![SECOND.to_owned()], 12, 12));
    assert_eq!(having_email(&desk), "13", "suspended ones and the template too");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants WHERE migrations = '{20260101000000,20260201000000}' AND template_version = '20260201000000'"), "12");
    assert!(desk.tenancy().fleet().plan(&Policy::default()).unwrap().is_empty());
    assert!(desk.tenancy().fleet().status().unwrap().iter().all(|tenant| tenant.pending.is_empty()));
    desk.create("later").unwrap();
    assert_eq!(having_email(&desk), "14");
}

#[test]
fn with_nothing_to_do_no_tenant_is_asked() {
    let desk = Desk::new();
    desk.create_many(3);
    // A tenant whose schema is gone would be an error if anybody asked it.
    desk.world.sql("DROP SCHEMA tenant_t01 CASCADE");
    let report = desk.migrate();
    assert!(report.is_success() && report.tenants.is_empty(), "{report:?}");
}

#[test]
fn one_bad_tenant_stops_and_hides_nobody() {
    let desk = Desk::new();
    desk.create_many(9);
    desk.world.sql("ALTER TABLE tenant_t04.customers ADD COLUMN email int");
    desk.world.sql("DROP SCHEMA tenant_t06 CASCADE");
    add_second(&desk);
    let report = desk.migrate();
    let mut failed: Vec<_> =
        report.failed().map(|tenant| (tenant.slug.to_string(), tenant.error.clone().unwrap())).collect();
    failed.sort();
    assert_eq!(failed.len(), 2, "{report:?}");
    assert!(
        failed[0].0 == "t04" && failed[0].1.contains("email") && failed[0].1.contains("already exists"),
        "{failed:?}"
    );
    assert!(failed[1].0 == "t06" && failed[1].1.contains("tenant_t06"), "{failed:?}");
    assert!(!report.is_success());
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE template_version = '20260201000000'"),
        "7"
    );
    assert_eq!(desk.value("SELECT data_type FROM information_schema.columns WHERE table_schema = 'tenant_t04' AND column_name = 'email'"), "integer", "unchanged");

    desk.world.sql("ALTER TABLE tenant_t04.customers DROP COLUMN email");
    let report = desk.migrate();
    let touched: Vec<_> = report.tenants.iter().map(|tenant| tenant.slug.as_str()).collect();
    assert!(
        touched.len() == 2 && touched.contains(&"t04") && touched.contains(&"t06"),
        "the next run touches only those: {touched:?}"
    );
    assert_eq!(report.failed().count(), 1);
}

#[test]
fn a_run_may_be_told_to_stop_at_a_failure() {
    let desk = Desk::new();
    desk.create_many(6);
    desk.world.sql("ALTER TABLE tenant_t00.customers ADD COLUMN email int");
    add_second(&desk);
    let budget = ErrorBudget::ONE_FAILURE;
    let options = RunOptions::from(Policy { jobs: Some(1), budget, ..Policy::default() });
    let report = desk.tenancy().fleet().migrate(&options, |_| {}).unwrap();
    assert_eq!((report.tenants.len(), report.not_begun), (1, 5), "{report:?}");
    assert!(!report.is_success());
}

#[test]
fn a_template_that_fails_keeps_the_tenants_untouched() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write(
        "2026-02-01-000000_bad",
        "ALTER TABLE customers ADD COLUMN email text; SELECT no_such_thing",
        None,
    );
    let report = desk.migrate();
    let error = report.template_error.as_deref().unwrap();
    assert!(
        error.contains("2026-02-01-000000_bad")
            && error.contains("base_template")
            && error.contains("no_such_thing"),
        "{error}"
    );
    assert!(report.tenants.is_empty() && !report.is_success());
    assert_eq!(having_email(&desk), "0");
}

#[test]
fn only_some_tenants_may_be_migrated() {
    let desk = Desk::new();
    desk.create_many(4);
    add_second(&desk);
    let options = RunOptions::default().only(slug("t02"));
    let report = desk.tenancy().fleet().migrate(&options, |_| {}).unwrap();
    assert_eq!(report.tenants.len(), 1);
    assert_eq!(desk.tenancy().fleet().plan(&Policy::default()).unwrap().len(), 3);
    let unknown = RunOptions::default().only(slug("nobody"));
    assert!(matches!(
        desk.tenancy().fleet().migrate(&unknown, |_| {}),
        Err(FleetError { source: Error::UnknownTenant(_), .. })
    ));
}

#[test]
fn two_runners_at_once_apply_nothing_twice() {
    let desk = Desk::new();
    desk.create_many(10);
    add_second(&desk);
    let others = [desk.another(), desk.another()];
    let done: usize = thread::scope(|scope| {
        let runs: Vec<_> = others
            .iter()
            .map(|other| scope.spawn(|| other.fleet().migrate(&RunOptions::default(), |_| {}).unwrap()))
            .collect();
        runs.into_iter()
            .map(|run| {
                let report = run.join().unwrap();
                assert!(report.is_success(), "{report:?}");
                report.tenants.iter().map(|tenant| tenant.done.len()).sum::<usize>()
            })
            .sum()
    });
    assert_eq!(done, 10);
}

#[test]
fn a_late_merged_migration_is_applied_although_newer_ones_are_there() {
    let desk = Desk::new();
    desk.create_many(2);
    add_second(&desk);
    assert!(desk.migrate().is_success());
    desk.write("2026-01-15-000000_late", "CREATE TABLE late (id int)", None);
    assert!(desk.migrate().is_success());
    assert_eq!(desk.value("SELECT count(*) FROM pg_tables WHERE tablename = 'late'"), "3");
}

#[test]
fn reverting_undoes_the_newest_migration_everywhere() {
    let desk = Desk::new();
    desk.create_many(3);
    add_second(&desk);
    assert!(desk.migrate().is_success());
    let report = desk.tenancy().fleet().revert(&Revert::default(), &RunOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!((report.template, report.tenants.len()), (vec![SECOND.to_owned()], 3));
    assert_eq!(having_email(&desk), "0");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants WHERE migrations = '{20260101000000}' AND template_version = '20260101000000'"), "3");
    assert!(desk.migrate().is_success());
    assert_eq!(having_email(&desk), "4", "and up again");
}

#[test]
fn reverting_without_a_down_names_the_migration() {
    let desk = Desk::new();
    desk.write("2026-03-01-000000_oneway", "CREATE TABLE oneway (id int)", None);
    assert!(desk.migrate().is_success());
    let error =
        desk.tenancy().fleet().revert(&Revert::default(), &RunOptions::default(), |_| {}).unwrap_err();
    assert!(error.to_string().contains("2026-03-01-000000_oneway"), "{error}");
}

#[test]
fn what_somebody_did_by_hand_is_found_in_the_schema() {
    let desk = Desk::new();
    desk.create_many(2);
    add_second(&desk);
    desk.world.sql(
        "ALTER TABLE tenant_t00.customers ADD COLUMN email text;
         INSERT INTO tenant_t00.__diesel_schema_migrations (version) VALUES ('20260201000000')",
    );
    let report = desk.migrate();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE template_version = '20260201000000'"),
        "2"
    );
}

#[test]
fn a_migration_that_leaves_an_empty_path_behind_harms_nobody() {
    let desk = Desk::new();
    desk.create_many(5);
    desk.write("2026-02-02-000000_dump", "SELECT pg_catalog.set_config('search_path', '', false); SET statement_timeout = 1; SET statement_timeout = 0", Some("SELECT 1"));
    add_second(&desk);
    assert!(desk.migrate().is_success());
    assert_eq!(desk.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants WHERE cardinality(migrations) = 3"), "5");
}

#[test]
fn a_migration_that_ends_its_own_transaction_is_refused() {
    let desk = Desk::new();
    desk.create_many(1);
    let path = desk.write("2026-02-02-000000_commit", "CREATE TABLE x (id int); COMMIT", None);
    // The second one leaves a transaction open again, so that nobody could tell afterwards.
    for sql in ["CREATE TABLE x (id int); COMMIT", "CREATE TABLE x (id int);\nCOMMIT; BEGIN; SELECT 1"] {
        std::fs::write(path.join("up.sql"), sql).unwrap();
        let error = desk.tenancy().fleet().migrate(&RunOptions::default(), |_| {}).unwrap_err().to_string();
        assert!(error.contains("2026-02-02-000000_commit cannot be run: `COMMIT` in line"), "{error}");
        assert_eq!(
            desk.value("SELECT count(*) FROM pg_tables WHERE tablename = 'x'"),
            "0",
            "nothing of it ran"
        );
    }
}

#[test]
fn the_applications_statement_timeout_does_not_end_a_migration() {
    let desk = Desk::new();
    desk.create_many(1);
    desk.write("2026-02-02-000000_slow", "SELECT pg_sleep(0.4)", None);
    let directory = desk.directory();
    let service = tenancy_diesel::Tenancy::builder()
        .database_url(desk.world.url())
        .migrations(tenancy_diesel::Migrations::directory(directory).unwrap())
        .session_default("statement_timeout", "100ms")
        .build()
        .unwrap();
    let report = service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    let tenant = service.tenant(&slug("t00")).unwrap();
    let mut conn = service.connect(&tenant).unwrap();
    assert_eq!(crate::world::value(&mut conn, "current_setting('statement_timeout')"), "100ms");
}

#[test]
fn operators_of_a_tenants_schema_do_not_reach_the_bookkeeping() {
    let desk = Desk::new();
    desk.create_many(1);
    add_second(&desk);
    assert!(desk.migrate().is_success());
    desk.world.sql(
        "CREATE FUNCTION tenant_t00.same(varchar, varchar) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
         CREATE OPERATOR tenant_t00.= (FUNCTION = tenant_t00.same, LEFTARG = varchar, RIGHTARG = varchar)",
    );
    let only = RunOptions::default().only(slug("t00"));
    let report = desk.tenancy().fleet().revert(&Revert::default(), &only, |_| {}).unwrap();
    assert!(report.is_success() && report.tenants.len() == 1, "{report:?}");
    assert_eq!(
        desk.value("SELECT string_agg(version, ' ') FROM tenant_t00.__diesel_schema_migrations"),
        "20260101000000"
    );
}

#[test]
fn every_tenant_of_a_group_finds_the_session_that_a_tenant_alone_would() {
    let desk = Desk::new();
    desk.write(
        "2026-02-01-000000_at",
        "ALTER TABLE customers ADD COLUMN at timestamp DEFAULT '2026-01-01 12:00'",
        None,
    );
    assert!(desk.migrate().is_success());
    desk.create_many(12);
    desk.tenancy().fleet().exec("INSERT INTO customers (name) VALUES ('Ann')", &[], |_| {}).unwrap();
    let database = desk.value("current_database()");
    desk.world.sql(&format!(
        "ALTER DATABASE \"{database}\" SET timezone = 'America/New_York';
         ALTER DATABASE \"{database}\" SET client_encoding = 'LATIN1'"
    ));
    desk.write(
        "2026-02-02-000000_zone",
        "ALTER TABLE customers ALTER at TYPE timestamptz; ALTER TABLE customers ADD word text DEFAULT 'größer'",
        None,
    );
    let report = desk.another().fleet().migrate(&RunOptions::default().jobs(1), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    let rows = desk
        .another()
        .fleet()
        .exec("SELECT at AT TIME ZONE 'UTC' AS at, word FROM customers", &[], |_| {})
        .unwrap();
    let told: std::collections::BTreeSet<_> =
        rows.iter().map(|row| serde_json::to_string(&row.rows).unwrap()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told.first().unwrap().contains("12:00:00") && told.first().unwrap().contains("größer"),
        "{told:?}"
    );
}
