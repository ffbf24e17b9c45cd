//! Tenants and databases that change while the whole fleet is being worked on.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::{Error, FleetError, FleetReport, NewTenant, PoolSettings, RunOptions};

use crate::desk::{Desk, slug};
use crate::world::{ASLEEP, POLLING, value};

const SECOND: &str = "2026-02-01-000000_email";
fn one_at_a_time() -> RunOptions {
    RunOptions::default().jobs(1)
}

/// Tenants of which the first cannot be migrated before the connection returned ends its transaction.
fn held_up(tenants: [&str; 3]) -> (Desk, PgConnection) {
    let desk = Desk::new();
    for tenant in tenants {
        desk.create(tenant).unwrap();
    }
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    let mut reader = desk.world.bare();
    reader
        .batch_execute(&format!("BEGIN; LOCK tenant_{}.customers IN ACCESS SHARE MODE", tenants[0]))
        .unwrap();
    (desk, reader)
}

const HELD_UP: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[test]
fn a_tenant_renamed_during_a_run_is_migrated_where_it_lives_now() {
    let (desk, mut reader) = held_up(["aaa", "acme", "globex"]);
    let report: FleetReport = thread::scope(|scope| {
        let run = scope.spawn(|| desk.tenancy().fleet().migrate(&one_at_a_time(), |_| {}).unwrap());
        desk.world.wait_for(HELD_UP, "1");
        let other = desk.another();
        other.provisioner().rename(&slug("acme"), &slug("zeta")).unwrap();
        other.provisioner().drop(&slug("globex")).unwrap();
        other.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
        reader.batch_execute("COMMIT").unwrap();
        run.join().unwrap()
    });
    assert!(report.is_success(), "{report:?}");
    let told: Vec<_> = report.tenants.iter().map(|tenant| tenant.slug.as_str()).collect();
    assert!(told.contains(&"zeta") && !told.contains(&"acme"), "by its name of now: {told:?}");
    assert_eq!(
        desk.value("SELECT string_agg(table_schema, ' ' ORDER BY table_schema) FROM information_schema.columns WHERE column_name = 'email'"),
        "base_template tenant_aaa tenant_acme tenant_zeta"
    );
    assert_eq!(
        desk.value("SELECT string_agg(slug || template_version, ' ' ORDER BY slug) FROM tenancy.tenants"),
        "aaa20260201000000 acme20260201000000 zeta20260201000000"
    );
    assert!(desk.tenancy().fleet().plan(&Default::default()).unwrap().is_empty());
}

#[test]
fn a_database_that_goes_away_stops_the_run_and_the_next_one_goes_on() {
    let (desk, reader) = held_up(["aaa", "acme", "globex"]);
    let database = desk.value("current_database()");
    let mut outside =
        PgConnection::establish(&desk.world.url().replace(&format!("/{database}"), "/postgres")).unwrap();
    let pool = PoolSettings { connection_timeout: Duration::from_secs(1), ..PoolSettings::default() };
    let other = desk.another_with(|builder| builder.pool(pool));
    let stopped: FleetError = thread::scope(|scope| {
        let run = scope.spawn(|| other.fleet().migrate(&one_at_a_time(), |_| {}).unwrap_err());
        desk.world.wait_for(HELD_UP, "1");
        outside.batch_execute(&format!("ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS false")).unwrap();
        value(
            &mut outside,
            &format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}'"
            ),
        );
        run.join().unwrap()
    });
    drop(reader);
    let report = stopped.report;
    assert_eq!((report.failed().count(), report.not_begun), (0, 3), "nobody is to blame: {report:?}");
    // Whichever session noticed first.
    assert!(matches!(stopped.source, Error::Unreachable(_) | Error::Query { .. }), "{}", stopped.source);
    assert!(!report.is_success());

    outside.batch_execute(&format!("ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS true")).unwrap();
    let report = other.fleet().migrate(&one_at_a_time(), |_| {}).unwrap();
    assert!(report.is_success() && report.tenants.len() == 3, "{report:?}");
}

#[test]
fn a_tenant_is_not_dropped_under_an_operators_sql() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql("CREATE TABLE public.customers AS SELECT 'shared' AS name");
    thread::scope(|scope| {
        let exec = scope.spawn(|| {
            let sql = "SELECT pg_sleep(1); DELETE FROM customers";
            desk.tenancy().fleet().exec(sql, &[slug("acme")], |_| {}).unwrap()
        });
        desk.world.wait_for(ASLEEP, "1");
        desk.another().provisioner().drop(&slug("acme")).unwrap();
        let results = exec.join().unwrap();
        assert_eq!(results[0].error, None, "it found the tenant's table");
    });
    assert_eq!(desk.value("SELECT name FROM public.customers"), "shared");
}

#[test]
fn a_tenant_dropped_before_its_turn_fails_alone_and_reaches_no_shared_table() {
    let desk = Desk::new();
    desk.create_many(3);
    desk.world.sql("CREATE TABLE public.customers AS SELECT 'shared' AS name");
    let mut dropped = false;
    let results = desk
        .tenancy()
        .fleet()
        .exec("DELETE FROM customers", &[], |_| {
            if !dropped {
                desk.another().provisioner().drop(&slug("t01")).unwrap();
                dropped = true;
            }
        })
        .unwrap();
    let errors: Vec<_> = results.iter().map(|result| result.error.as_deref()).collect();
    assert_eq!(errors, [None, Some("there is no tenant `t01`"), None]);
    assert_eq!(desk.value("SELECT name FROM public.customers"), "shared");
}

#[test]
fn sign_ups_that_wait_for_the_template_do_not_keep_look_ups_waiting() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(SECOND, "SELECT pg_sleep(2)", None);
    let other = desk.another();
    thread::scope(|scope| {
        scope.spawn(|| desk.tenancy().fleet().migrate_template().unwrap());
        desk.world.wait_for(ASLEEP, "1");
        let sign_ups: Vec<_> = ["n1", "n2", "n3", "n4"]
            .map(|name| {
                let other = &other;
                scope.spawn(move || other.provisioner().create(&NewTenant::new(slug(name))))
            })
            .into();
        desk.world.wait_for(POLLING, "4");
        other.tenant(&slug("acme")).unwrap();
        assert!(matches!(other.tenant(&slug("nobody")), Err(Error::UnknownTenant(_))));
        assert_eq!(desk.value(POLLING), "4", "the sign-ups still wait");
        for sign_up in sign_ups {
            assert_eq!(sign_up.join().unwrap().unwrap().template_version.as_deref(), Some("20260201000000"));
        }
    });
}
