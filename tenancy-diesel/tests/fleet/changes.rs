//! Tenants come, change and go while a run with waves goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tenancy_diesel::core::fleet::{Canaries, Policy, RunState, TenantState};
use tenancy_diesel::{Error, FleetEvent, NewTenant, RunOptions, Tenancy, TenantCopy};

use crate::desk::{Desk, slug};
use crate::dice::Dice;
use crate::order::{answers, assert_done, assert_registry_is_true, probe};

/// One migration that groups may share, one that leaves a trace each time it runs.
fn with_traces(tenants: usize) -> (Desk, Tenancy) {
    let desk = Desk::new();
    desk.create_many(tenants);
    desk.write("2026-02-01-000000_log", "CREATE TABLE log (whose text DEFAULT current_schema())", None);
    desk.write("2026-02-02-000000_log", "INSERT INTO log DEFAULT VALUES", None);
    let operator = desk.another_with(|builder| builder.secret_key("42".repeat(32).parse().unwrap()));
    (desk, operator)
}

fn waves(size: usize) -> RunOptions {
    let policy =
        Policy { wave_size: Some(size), canaries: Canaries::Count(1), jobs: Some(2), ..Policy::default() };
    RunOptions::from(policy)
}

#[test]
fn whatever_happens_to_tenants_between_two_waves_all_end_right() {
    let (desk, operator) = with_traces(16);
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&waves(5), |event| {
            if !matches!(event, FleetEvent::Wave { wave: 3, .. }) {
                return;
            }
            // Some that are done and some that are not, in alphabetical order but for the canary.
            let provisioner = operator.provisioner();
            provisioner.rename(&slug("t01"), &slug("renamed")).unwrap();
            provisioner.rename(&slug("t13"), &slug("t02x")).unwrap();
            provisioner.drop(&slug("t02")).unwrap();
            provisioner.drop(&slug("t14")).unwrap();
            provisioner.suspend(&slug("t12")).unwrap();
            provisioner.archive(&slug("t03")).unwrap();
            operator.logins().dedicate(&slug("t11")).unwrap();
            operator.logins().dedicate(&slug("t04")).unwrap();
            provisioner.create(&NewTenant::new(slug("new"))).unwrap();
            // The name of one that was to come, again.
            provisioner.create(&NewTenant::new(slug("t14"))).unwrap();
            // From one that is still to come: it lacks what its source lacks.
            provisioner.clone_tenant(&slug("t15"), &TenantCopy::new(slug("copy")).with_data(true)).unwrap();
            operator.spares().keep(2, |_| {}).unwrap();
        })
        .unwrap();
    assert!(report.is_success(), "{report:?}");
    let mut conn = desk.world.bare();
    assert_done(desk.tenancy(), &mut conn);
    let run = report.run.unwrap();
    let of = |slug: &str| {
        let all = desk.tenancy().runs().tenants(run, None).unwrap();
        all.into_iter().filter(|tenant| tenant.slug == slug).map(|tenant| tenant.state).collect::<Vec<_>>()
    };
    assert_eq!(of("t14"), [TenantState::Gone], "the new one of that name had nothing to do");
    assert_eq!(
        (of("t02"), of("t02x"), of("copy")),
        (vec![TenantState::Done], vec![TenantState::Done], vec![TenantState::Done])
    );
    assert!(report.tenants.iter().any(|tenant| tenant.slug.as_str() == "t02x"), "by its name of now");
    assert_eq!(desk.value("SELECT status FROM tenancy.tenants WHERE slug = 't12'"), "suspended");
    // Clones of the template have no rows; whoever was migrated has one, and the copy its own.
    let traces = answers(
        &mut conn,
        "SELECT CASE WHEN '$schema' IN ('tenant_new', 'tenant_t14') THEN 'new ' ELSE 'old ' END || count(*) FROM $schema.log",
    );
    assert_eq!(traces, "15: old 1; 2: new 0");
    let diagnosis = operator.doctor().examine_tenants().unwrap();
    assert!(diagnosis.findings.is_empty(), "{diagnosis:?}");
}

#[test]
fn tenants_come_and_go_all_the_time_and_nobody_is_lost() {
    let mut dice = Dice::seeded_by("TENANCY_CHANGES_SEED");
    let (desk, operator) = with_traces(24);
    desk.write("2026-02-03-000000_slow", "SELECT pg_sleep(0.03)", None);
    let over = AtomicBool::new(false);
    let changes = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let report = desk.tenancy().fleet().migrate(&waves(6), |_| {});
            over.store(true, Ordering::Relaxed);
            report.unwrap()
        });
        let (mut count, mut names) = (0, (0..24).map(|n| format!("t{n:02}")).collect::<Vec<_>>());
        let provisioner = operator.provisioner();
        while !over.load(Ordering::Relaxed) {
            count += 1;
            let place = dice.roll(names.len());
            let tenant = slug(&names[place]);
            let result: Result<(), Error> = match dice.roll(7) {
                0 => {
                    names.push(format!("n{count}"));
                    provisioner.create(&NewTenant::new(slug(&format!("n{count}")))).map(drop)
                }
                1 => {
                    names[place] = format!("r{count}");
                    provisioner.rename(&tenant, &slug(&names[place])).map(drop)
                }
                2 if names.len() > 10 => {
                    names.swap_remove(place);
                    provisioner.drop(&tenant).map(drop)
                }
                3 => provisioner.suspend(&tenant).map(drop),
                4 => operator.logins().dedicate(&tenant).map(drop),
                5 => operator.logins().undedicate(&tenant),
                _ => {
                    names.push(format!("c{count}"));
                    let copy = TenantCopy::new(slug(&format!("c{count}"))).with_data(dice.roll(2) == 0);
                    provisioner.clone_tenant(&tenant, &copy).map(drop)
                }
            };
            if let Err(error) = result {
                // Only from a suspended one nothing else can be suspended.
                assert!(error.to_string().contains("suspended"), "{error}");
            }
        }
        let report = run.join().unwrap();
        assert!(report.is_success(), "{report:?}");
        assert!(desk.value("SELECT count(*) FROM tenancy.run_tenants WHERE state = 'pending'") == "0");
        count
    });
    assert!(changes > 3, "{changes}");
    // Whoever was copied at the very end may lack something yet: the next run brings it.
    assert_registry_is_true(&mut desk.world.bare());
    assert!(desk.migrate().is_success());
    assert_done(desk.tenancy(), &mut desk.world.bare());
    let twice =
        answers(&mut desk.world.bare(), "SELECT count(*) > 1 FROM $schema.log WHERE whose = '$schema'");
    assert!(!twice.contains("true") && !twice.contains(": t"), "{twice}");
    let diagnosis = operator.doctor().examine_tenants().unwrap();
    assert!(diagnosis.findings.is_empty(), "{diagnosis:?}");
}

#[test]
fn a_schema_that_is_dropped_by_hand_in_the_middle_fails_alone() {
    let (desk, _) = with_traces(12);
    desk.world.sql("CREATE TABLE public.log (whose text); GRANT ALL ON public.log TO PUBLIC");
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&waves(6), |event| {
            if matches!(event, FleetEvent::Wave { wave: 2, .. }) {
                desk.world.sql("DROP SCHEMA tenant_t04 CASCADE");
            }
        })
        .unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.len() == 1 && failed[0].slug == slug("t04"), "{report:?}");
    assert!(failed[0].error.as_deref().unwrap().contains("tenant_t04"), "{failed:?}");
    assert_eq!((report.tenants.len(), report.state), (12, Some(RunState::Failed)));
    assert_eq!(desk.value("SELECT count(*) FROM public.log"), "0", "nothing fell through");
    let mut conn = desk.world.bare();
    probe(&mut conn);
    assert_eq!(
        crate::world::value(
            &mut conn,
            "SELECT string_agg(DISTINCT probe.ask(schema_name, 'SELECT count(*) FROM $schema.log'), ' ') FROM tenancy.tenants WHERE slug <> 't04'"
        ),
        "1"
    );
}

#[test]
fn one_that_is_restored_during_the_run_is_caught_by_it() {
    let (desk, _) = with_traces(8);
    let old = "UPDATE tenancy.tenants SET migrations = '{20260101000000}', template_version = '20260101000000' WHERE slug = ";
    let report = desk
        .tenancy()
        .fleet()
        .migrate(&waves(3), |event| {
            if matches!(event, FleetEvent::Wave { wave: 3, .. }) {
                // A new row with an old schema, and one that was done and is what it was before.
                desk.create("restored").unwrap();
                for tenant in ["restored", "t01"] {
                    desk.world.sql(&format!(
                        "DROP TABLE tenant_{tenant}.log; DELETE FROM tenant_{tenant}.__diesel_schema_migrations WHERE version > '20260101000000'; \
                         {old} '{tenant}'"
                    ));
                }
            }
        })
        .unwrap();
    assert!(report.is_success() && report.not_begun == 0, "{report:?}");
    let mut conn = desk.world.bare();
    assert_done(desk.tenancy(), &mut conn);
    assert_eq!(answers(&mut conn, "SELECT count(*) FROM $schema.log"), "9: 1");
    let run = desk.tenancy().runs().find(report.run.unwrap()).unwrap();
    assert_eq!((run.state, run.counts.done, run.counts.total()), (RunState::Done, 9, 9));
}
