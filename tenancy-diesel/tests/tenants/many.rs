//! Many tenants at once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Instant;

use tenancy_diesel::{CreateReport, Creation, Error, ManyOptions, NewTenant, Tenancy};

use crate::desk::{Desk, slug};
use crate::locked::LockedServer;
use crate::world::value;

fn new(prefix: &str, count: usize) -> Vec<NewTenant> {
    (0..count).map(|n| NewTenant::new(slug(&format!("{prefix}{n:03}")))).collect()
}

fn create(tenancy: &Tenancy, tenants: &[NewTenant], jobs: usize) -> CreateReport {
    let options = ManyOptions { jobs, ..ManyOptions::default() };
    tenancy.provisioner().create_many(tenants, &options, |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn many_tenants_are_created_at_once_each_whole() {
    let desk = Desk::new();
    let report = create(desk.tenancy(), &new("t", 40), 4);
    assert!(report.is_success(), "{report:?}");
    assert_eq!((report.jobs, report.count(Creation::Created)), (4, 40));
    let named: BTreeSet<_> = report.tenants.iter().map(|tenant| tenant.slug.to_string()).collect();
    assert_eq!(named.len(), 40);
    let whole = "SELECT count(*) FROM tenancy.tenants t JOIN pg_namespace n ON n.nspname = t.schema_name
        WHERE t.status = 'active' AND t.role_name IS NOT NULL AND t.template_version = '20260101000000'
          AND (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r') = 3";
    assert_eq!(desk.value(whole), "40");
}

#[test]
fn one_that_fails_stops_nobody_else() {
    let desk = Desk::new();
    desk.create("t003").unwrap();
    desk.world.sql("CREATE SCHEMA tenant_t005");
    let report = create(desk.tenancy(), &new("t", 10), 2);
    let failed: BTreeSet<_> = report
        .tenants
        .iter()
        .filter(|tenant| tenant.outcome == Creation::Failed)
        .map(|tenant| tenant.slug.to_string())
        .collect();
    assert_eq!(failed, BTreeSet::from(["t003".to_owned(), "t005".to_owned()]));
    assert_eq!(report.count(Creation::Created), 8, "{report:?}");
    let options = ManyOptions { if_not_exists: true, ..ManyOptions::default() };
    let again = desk.tenancy().provisioner();
    let again = again.create_many(&new("t", 10), &options, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((again.count(Creation::Existed), again.count(Creation::Failed)), (9, 1));
}

#[test]
fn a_killed_connection_costs_the_tenants_that_were_under_way() {
    let desk = Desk::new();
    let mut seen = 0;
    let options = ManyOptions { jobs: 3, ..ManyOptions::default() };
    let report = desk
        .tenancy()
        .provisioner()
        .create_many(&new("t", 60), &options, |_| {
            seen += 1;
            if seen == 10 {
                desk.world.sql(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'tenant_t0'",
                );
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(report.tenants.len(), 60, "{report:?}");
    assert!(report.count(Creation::Failed) <= 3, "{report:?}");
    let rows = desk.value("SELECT count(*) FROM tenancy.tenants WHERE status = 'active'");
    assert_eq!(rows, report.count(Creation::Created).to_string());
    assert_eq!(rows, desk.value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^tenant_'"));
}

#[test]
fn whoever_watches_may_stop_it() {
    let desk = Desk::new();
    let options = ManyOptions { jobs: 2, ..ManyOptions::default() };
    let tenants = new("t", 50);
    let report =
        desk.tenancy().provisioner().create_many(&tenants, &options, |_| ControlFlow::Break(())).unwrap();
    assert!(!report.is_success());
    assert!(report.tenants.len() < 50, "{report:?}");
    assert_eq!(report.tenants.len() + report.not_begun.len(), 50);
    assert_eq!(report.not_begun.last(), Some(&slug("t049")));
    let there = desk.value("SELECT count(*) FROM tenancy.tenants");
    assert_eq!(there, report.tenants.len().to_string(), "those that were begun were finished");
}

#[test]
fn what_every_tenant_would_meet_is_told_once() {
    let desk = Desk::new();
    desk.world.sql("DROP SCHEMA base_template CASCADE");
    let report = create(desk.tenancy(), &new("t", 50), 2);
    assert!(report.tenants.is_empty(), "{report:?}");
    assert_eq!(report.not_begun.len(), 50);
    assert!(report.stopped.unwrap().contains("tenancy init"));

    let long = slug(&"a".repeat(56));
    let narrow = desk.another_with(|builder| builder.schema_prefix("a_much_longer_prefix_"));
    let refused = narrow.provisioner().create_many(
        &[NewTenant::new(slug("a")), NewTenant::new(long)],
        &ManyOptions::default(),
        |_| ControlFlow::Continue(()),
    );
    assert!(matches!(refused, Err(Error::Name(_))), "{refused:?}");
}

#[test]
fn no_more_are_created_at_once_than_the_lock_table_has_room_for() {
    let server = LockedServer::start(10, 20);
    let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
    tenancy.init().unwrap();
    server.fill("base_template", 8);
    let report = create(&tenancy, &new("t", 6), 16);
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.jobs, 1, "of 200 locks one clone takes 80");
    assert_eq!(value(&mut server.bare(), "SELECT count(*) FROM tenancy.tenants"), "6");
}

/// Not a check of time: figures for whoever runs it with `--nocapture`.
#[test]
fn several_jobs_and_one_by_one_create_the_same() {
    let desk = Desk::new();
    let began = Instant::now();
    for tenant in new("one", 30) {
        desk.tenancy().provisioner().create(&tenant).unwrap();
    }
    eprintln!("one by one: {:?} per tenant", began.elapsed() / 30);
    for jobs in [1, 2, 4] {
        let report = create(desk.tenancy(), &new(&format!("j{jobs}_"), 30), jobs);
        eprintln!("{jobs} jobs: {:?} per tenant", report.took / 30);
        assert!(report.is_success(), "{report:?}");
    }
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "120");
}
