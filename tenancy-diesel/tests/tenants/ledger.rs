//! The ledger of runs, through the public API; its rows are planted as a runner writes them.

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Error;
use tenancy_diesel::core::fleet::{RunId, RunState, TenantState};

use crate::desk::{Desk, slug};

/// `class` of the advisory lock that a live run holds; its number is the other key.
const HOLD: &str = "SELECT pg_advisory_lock(1952804466, 1)";

/// A desk with a run in each of these states, which ended so many days ago: numbers 1, 2 and so on.
fn desk(runs: &[(&str, i64)]) -> Desk {
    let desk = Desk::new();
    for (state, days) in runs {
        desk.world.sql(&format!(
            "INSERT INTO tenancy.runs (direction, versions, policy, state, started_by, runner, started_at, ended_at)
             VALUES ('up', '{{1,2}}', '{{}}', '{state}', 'ada@desk', 'desk, process 7', now() - interval '{days} days',
                     CASE WHEN '{state}' <> 'running' THEN now() - interval '{days} days' END)"
        ));
    }
    desk
}

#[test]
fn runs_are_read_newest_first_and_one_by_its_number() {
    let desk = desk(&[]);
    let runs = desk.tenancy().runs();
    assert!(runs.list(None).unwrap().is_empty());
    assert_eq!(runs.latest().unwrap(), None);
    assert!(matches!(runs.find(RunId(1)), Err(Error::UnknownRun(RunId(1)))));
    assert!(matches!(runs.tenants(RunId(1), None), Err(Error::UnknownRun(_))));
    assert!(matches!(runs.pause(RunId(1)), Err(Error::UnknownRun(_))));

    let desk = self::desk(&[("done", 3), ("superseded", 2), ("paused", 1)]);
    let runs = desk.tenancy().runs();
    let numbers = |limit| runs.list(limit).unwrap().iter().map(|run| run.id.0).collect::<Vec<_>>();
    assert_eq!((numbers(None), numbers(Some(2))), (vec![3, 2, 1], vec![3, 2]));
    let latest = runs.latest().unwrap().unwrap();
    assert_eq!((latest.state, latest.is_resumable(), latest.alive), (RunState::Paused, true, false));
    assert!(!runs.find(RunId(1)).unwrap().is_resumable());
    assert!(runs.tenants(RunId(1), None).unwrap().is_empty(), "a run without tenants is no unknown one");
}

#[test]
fn a_run_is_alive_while_its_lock_is_held_in_this_database() {
    let desk = desk(&[("running", 0)]);
    let elsewhere = self::desk(&[("running", 0)]);
    let runs = desk.tenancy().runs();
    let mut stranger = elsewhere.world.bare();
    stranger.batch_execute(HOLD).unwrap();
    let run = runs.find(RunId(1)).unwrap();
    assert_eq!(
        (run.standing(), run.took(Utc::now())),
        ("interrupted", None),
        "that lock is another database's"
    );
    assert!(matches!(runs.pause(RunId(1)), Err(Error::RunNotUnderWay { standing: "interrupted", .. })));

    let mut runner = desk.world.bare();
    runner.batch_execute(HOLD).unwrap();
    let run = runs.find(RunId(1)).unwrap();
    assert_eq!((run.standing(), run.is_resumable()), ("running", false));
    assert!(run.took(Utc::now()).is_some());
    assert!(runs.pause(RunId(1)).unwrap().pause_requested);
    desk.world.sql("UPDATE tenancy.runs SET state = 'done'");
    assert!(!runs.find(RunId(1)).unwrap().alive, "what is over is not alive, whoever holds its lock");
}

#[test]
fn what_is_old_is_forgotten_but_for_the_newest_run_and_those_that_can_be_resumed() {
    let desk = desk(&[
        ("done", 100),
        ("superseded", 100),
        ("failed", 100),
        ("paused", 100),
        ("running", 100),
        ("done", 1),
        ("done", 100),
    ]);
    desk.create("acme").unwrap();
    desk.world.sql(
        "INSERT INTO tenancy.run_tenants (run_id, tenant_id, slug, schema_name, wave, canary)
         SELECT r.id, t.id, t.slug, t.schema_name, 0, false FROM tenancy.runs r, tenancy.tenants t",
    );
    let runs = desk.tenancy().runs();
    assert_eq!(runs.prune(Utc::now() - TimeDelta::days(200)).unwrap(), 0);
    assert_eq!(runs.prune(Utc::now() - TimeDelta::days(90)).unwrap(), 2);
    let left: Vec<_> = runs.list(None).unwrap().iter().map(|run| run.id.0).collect();
    assert_eq!(left, [7, 6, 5, 4, 3]);
    assert_eq!(
        desk.value("SELECT string_agg(run_id::text, ' ' ORDER BY run_id) FROM tenancy.run_tenants"),
        "3 4 5 6 7"
    );
    assert_eq!(runs.prune(Utc::now()).unwrap(), 1);
}

#[test]
fn a_tenant_is_called_what_it_is_called_now_and_remembered_when_it_is_dropped() {
    let desk = desk(&[("failed", 0)]);
    for name in ["acme", "globex"] {
        desk.create(name).unwrap();
    }
    desk.world.sql(
        "INSERT INTO tenancy.run_tenants (run_id, tenant_id, slug, schema_name, wave, canary, state)
         SELECT 1, id, slug, schema_name, 0, false, CASE slug WHEN 'acme' THEN 'done' ELSE 'failed' END FROM tenancy.tenants",
    );
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("initech")).unwrap();
    desk.tenancy().provisioner().drop(&slug("globex")).unwrap();
    let told: Vec<_> = desk
        .tenancy()
        .runs()
        .tenants(RunId(1), None)
        .unwrap()
        .into_iter()
        .map(|tenant| (tenant.slug, tenant.schema, tenant.state))
        .collect();
    assert_eq!(
        told,
        [
            ("globex".to_owned(), "tenant_globex".to_owned(), TenantState::Failed),
            ("initech".to_owned(), "tenant_initech".to_owned(), TenantState::Done),
        ]
    );
}

#[test]
fn a_row_that_cannot_be_read_is_an_error_of_its_run() {
    let desk = desk(&[("done", 0), ("done", 0)]);
    desk.world.sql("UPDATE tenancy.runs SET policy = '{\"group\": \"large\"}' WHERE id = 1");
    let runs = desk.tenancy().runs();
    let error = runs.list(None).unwrap_err().to_string();
    assert!(error.starts_with("ledger of run 1: its policy: "), "{error}");
    assert_eq!(runs.latest().unwrap().unwrap().id, RunId(2));
}

/// Back to the version that had no ledger, with tenants, and forth.
#[test]
fn an_installation_of_the_version_before_gets_its_ledger_and_keeps_its_tenants() {
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
    const REGISTRY: EmbeddedMigrations = embed_migrations!("../migrations/registry");
    let desk = desk(&[("done", 0)]);
    desk.create_many(3);
    let tenants = "SELECT string_agg(t::text, ' ' ORDER BY slug) FROM tenancy.tenants t";
    let objects = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'tenancy'::regnamespace";
    let programs = "SELECT md5(string_agg(pg_get_functiondef(oid), '' ORDER BY oid::regprocedure::text))
                    FROM pg_proc WHERE pronamespace = 'tenancy'::regnamespace";
    let (rows, with, functions) = (desk.value(tenants), desk.value(objects), desk.value(programs));
    let mut conn = desk.world.bare();
    conn.batch_execute("SET search_path TO tenancy").unwrap();
    while desk.value("SELECT max(version) FROM tenancy.__diesel_schema_migrations").as_str()
        >= "20261123000001"
    {
        conn.revert_last_migration(REGISTRY).unwrap();
    }
    assert!(!desk.value(objects).contains("run"), "{}", desk.value(objects));
    assert!(matches!(desk.tenancy().check_ready(), Err(Error::NotInitialized)));

    desk.tenancy().init().unwrap();
    desk.tenancy().check_ready().unwrap();
    assert_eq!((desk.value(tenants), desk.value(objects), desk.value(programs)), (rows, with, functions));
    assert_eq!(
        desk.tenancy().runs().latest().unwrap(),
        None,
        "runs of the version before went with its ledger"
    );
    assert!(desk.migrate().is_success());
}

#[test]
fn one_query_tells_which_versions_the_template_has() {
    let desk = desk(&[]);
    let versions = |schema: &str| desk.value(&format!("SELECT tenancy.template_versions('{schema}')"));
    assert_eq!(versions("nowhere"), "NULL");
    assert_eq!(versions("public"), "{}");
    assert!(desk.migrate().is_success());
    assert_eq!(versions("base_template"), "{20260101000000}");
    desk.write("2026-02-01-000000_more", "CREATE TABLE more ()", Some("DROP TABLE more"));
    assert!(desk.migrate().is_success());
    assert_eq!(versions("base_template"), "{20260101000000,20260201000000}");
    desk.world.sql("CREATE SCHEMA \"It's \"\"one\"; CREATE TABLE \"It's \"\"one\".__diesel_schema_migrations AS SELECT text '9' AS version");
    assert_eq!(versions("It''s \"one"), "{9}");
}
