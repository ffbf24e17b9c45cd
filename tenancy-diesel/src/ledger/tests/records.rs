//! What is written down.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use tenancy_core::fleet::{Direction, Policy, RunId, RunState, TenantState};

use super::ground::{Ground, Value, begin, counts, entry, steps, tenant};
use crate::Error;
use crate::ledger::{
    Entry, RunCounts, close, done_already, enroll, fail, gone, pause_requested, record, reopen, template,
    tried, unfinished,
};

#[test]
fn a_run_is_on_record_from_its_begin_to_its_end() {
    let ground = Ground::new(5);
    let mut conn = ground.session();
    let opened = begin(&mut conn);
    assert_eq!((opened.hold.attempt, opened.superseded.len()), (1, 0));
    let hold = opened.hold;
    let policy = Policy { wave_size: Some(2), ..Policy::default() };
    let plan = Ground::plan(4, &policy);
    assert_eq!(enroll(&mut conn, hold.id, &plan.waves).unwrap(), 4);
    assert_eq!(enroll(&mut conn, hold.id, &plan.waves).unwrap(), 0, "nobody twice");
    let newcomers = Ground::plan(5, &Policy::default());
    assert_eq!(enroll(&mut conn, hold.id, &newcomers.waves).unwrap(), 1);
    assert!(matches!(enroll(&mut conn, RunId(99), &[]), Err(Error::UnknownRun(RunId(99)))));
    template(&mut conn, hold, &["2_x".into()]).unwrap();
    record(&mut conn, entry(hold), &steps([0, 1], true)).unwrap();
    record(&mut conn, entry(hold), &steps([2], false)).unwrap();
    tried(&mut conn, hold, tenant(3)).unwrap();
    fail(&mut conn, hold, tenant(3), "too bad\0", 2.0, "desk/2").unwrap();
    assert_eq!(counts(&mut conn, hold.id), RunCounts { pending: 2, done: 2, failed: 1, gone: 0 });

    let runs = ground.tenancy.runs();
    let found = runs.latest().unwrap().unwrap();
    assert_eq!((found.standing(), found.alive, found.is_resumable()), ("running", true, false));
    assert_eq!((found.policy.max_rate, found.target()), (Some(12.5), Some("3")));
    assert_eq!((found.template.as_slice(), found.counts.total()), (["2_x".to_owned()].as_slice(), 5));
    assert_eq!((found.started_by.as_str(), found.runner.as_str()), ("ada@desk", "desk, process 1"));
    assert_eq!(ground.value("SELECT total FROM tenancy.runs"), "5");
    let tenants = runs.tenants(hold.id, None).unwrap();
    let told: Vec<_> = tenants.iter().map(|t| (t.slug.as_str(), t.wave, t.state, t.attempts)).collect();
    assert_eq!(
        told,
        [
            ("t0", 0, TenantState::Done, 1),
            ("t1", 0, TenantState::Done, 1),
            ("t2", 1, TenantState::Pending, 0),
            ("t3", 1, TenantState::Failed, 2),
            ("t4", 2, TenantState::Pending, 0),
        ]
    );
    assert_eq!(tenants[0].milliseconds, 1.5);
    assert_eq!(
        (tenants[0].from_version.as_deref(), tenants[0].to_version.as_deref()),
        (Some("3"), Some("3"))
    );
    assert!(tenants[0].began_at <= tenants[0].finished_at && tenants[0].finished_at.is_some());
    assert!(tenants[2].began_at.is_some() && tenants[2].finished_at.is_none());
    assert_eq!(
        (tenants[3].error.as_deref(), tenants[3].worker.as_deref()),
        (Some("too bad"), Some("desk/2"))
    );
    assert_eq!(runs.tenants(hold.id, Some(TenantState::Failed)).unwrap().len(), 1);

    close(&mut conn, hold, RunState::Failed, Some("1 of 5 failed")).unwrap();
    let found = runs.find(hold.id).unwrap();
    assert_eq!((found.standing(), found.reason.as_deref()), ("failed", Some("1 of 5 failed")));
    assert!(found.is_resumable() && found.ended_at.is_some());
}

#[test]
fn what_was_done_is_in_registry_and_ledger_and_reverting_takes_it_out_again() {
    let ground = Ground::new(3);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 3);
    record(&mut conn, entry(hold), &steps([0, 1, 2], false)).unwrap();
    // Repeating it, as after a migration outside of transactions, adds nothing.
    record(&mut conn, entry(hold), &steps([0], false)).unwrap();
    let state = |n| {
        ground.value(&format!("SELECT migrations::text || ' ' || coalesce(template_version, '-') FROM tenancy.tenants WHERE slug = 't{n}'"))
    };
    assert_eq!([state(0), state(1)], ["{1,2,3} 3", "{1,2,3} 3"]);
    for version in ["3", "2", "1"] {
        let last = version == "1";
        let down = Entry { direction: Direction::Down, version, ..entry(hold) };
        record(&mut conn, down, &steps([1], last)).unwrap();
    }
    assert_eq!([state(0), state(1)], ["{1,2,3} 3", "{} -"]);
    let reverted = &ground.tenancy.runs().tenants(hold.id, Some(TenantState::Done)).unwrap()[0];
    assert_eq!((reverted.slug.as_str(), reverted.to_version.as_deref()), ("t1", None));
    assert_eq!(reverted.milliseconds, 6.0, "the sum of its migrations");
}

#[test]
fn whatever_path_and_operators_a_tenant_has_the_ledger_is_written_right() {
    let ground = Ground::new(2);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 2);
    conn.batch_execute(
        "CREATE SCHEMA tenant_t0; SET search_path = tenant_t0, pg_catalog;
         CREATE FUNCTION tenant_t0.no(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
         CREATE OPERATOR tenant_t0.= (FUNCTION = tenant_t0.no, LEFTARG = uuid, RIGHTARG = uuid);
         CREATE FUNCTION tenant_t0.no(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
         CREATE OPERATOR tenant_t0.= (FUNCTION = tenant_t0.no, LEFTARG = text, RIGHTARG = text);
         CREATE FUNCTION tenant_t0.no(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
         CREATE OPERATOR tenant_t0.= (FUNCTION = tenant_t0.no, LEFTARG = bigint, RIGHTARG = bigint);
         CREATE FUNCTION tenant_t0.no(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 7';
         CREATE OPERATOR tenant_t0.+ (FUNCTION = tenant_t0.no, LEFTARG = integer, RIGHTARG = integer);
         CREATE FUNCTION tenant_t0.count() RETURNS bigint LANGUAGE sql AS 'SELECT 5::bigint';
         CREATE FUNCTION tenant_t0.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';",
    )
    .unwrap();
    record(&mut conn, entry(hold), &steps([0], true)).unwrap();
    tried(&mut conn, hold, tenant(1)).unwrap();
    fail(&mut conn, hold, tenant(1), "no", 1.0, "w").unwrap();
    let tenants = ground.tenancy.runs().tenants(hold.id, None).unwrap();
    assert_eq!([tenants[0].attempts, tenants[1].attempts], [1, 2]);
    assert!(tenants.iter().all(|tenant| tenant.began_at.is_some()));
    let Err(Error::RunUnderWay { .. }) = reopen(&mut ground.session(), hold.id, "other") else { panic!() };
    close(&mut conn, hold, RunState::Failed, None).unwrap();
    let again = reopen(&mut conn, hold.id, "again").unwrap();
    assert_eq!(unfinished(&mut conn, again.hold()).unwrap().len(), 1);
    assert!(pause_requested(&mut conn, hold.id).is_ok_and(|yes| !yes));
    close(&mut conn, again.hold(), RunState::Done, None).unwrap();
    assert_eq!(begin(&mut conn).superseded, []);
}

#[test]
fn what_is_rolled_back_is_nowhere() {
    let ground = Ground::new(2);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 2);
    let undone: Result<(), Error> = conn.transaction(|conn| {
        record(conn, entry(hold), &steps([0, 1], true))?;
        Err(diesel::result::Error::RollbackTransaction.into())
    });
    assert!(undone.is_err());
    assert_eq!(counts(&mut conn, hold.id).pending, 2);
    assert_eq!(ground.value("SELECT string_agg(migrations::text, ' ') FROM tenancy.tenants"), "{1,3} {1,3}");
    assert_eq!(ground.value("SELECT count(began_at) FROM tenancy.run_tenants"), "0");
}

#[test]
fn a_session_that_acts_as_an_owner_writes_as_the_login_and_goes_on_as_the_owner() {
    let ground = Ground::new(4);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 4);
    let owner = format!("owner_of_{}", ground.database.name());
    conn.batch_execute(&format!("CREATE ROLE {owner}; SET ROLE {owner}")).unwrap();
    assert!(pause_requested(&mut conn, hold.id).is_err(), "it may not even read");
    tried(&mut conn, hold, tenant(0)).unwrap();
    fail(&mut conn, hold, tenant(0), "no", 1.0, "w").unwrap();
    gone(&mut conn, hold, &[tenant(1)]).unwrap();
    done_already(&mut conn, hold, &[tenant(2)]).unwrap();
    template(&mut conn, hold, &["2_x".into()]).unwrap();
    conn.transaction(|conn| {
        conn.batch_execute(crate::ownership::AS_LOGIN)?;
        record(conn, entry(hold), &steps([3], true))
    })
    .unwrap();
    let now: Value = sql_query("SELECT current_user::text AS value").get_result(&mut conn).unwrap();
    assert_eq!(now.value, owner);
    let counts = counts(&mut ground.session(), hold.id);
    assert_eq!(counts, RunCounts { pending: 0, done: 2, failed: 1, gone: 1 });
    let tenants = ground.tenancy.runs().tenants(hold.id, Some(TenantState::Done)).unwrap();
    assert_eq!(tenants[0].to_version.as_deref(), Some("3"), "where the registry has it");
}

#[test]
fn a_run_leaves_no_bloat_behind() {
    let ground = Ground::new(1_000);
    let mut conn = ground.session();
    conn.batch_execute("ALTER TABLE tenancy.run_tenants SET (autovacuum_enabled = false); ALTER TABLE tenancy.tenants SET (autovacuum_enabled = false)").unwrap();
    let hold = ground.run(&mut conn, 1_000);
    let size = || {
        ground.value(
            "SELECT string_agg(name || ' ' || pg_relation_size(name::regclass), ', ') FROM (VALUES ('tenancy.run_tenants'), \
             ('tenancy.run_tenants_pkey'), ('tenancy.tenants'), ('tenancy.tenants_slug_key')) AS of (name)",
        )
    };
    let before = size();
    for group in (0..1_000).collect::<Vec<_>>().chunks(50) {
        record(&mut conn, entry(hold), &steps(group.iter().copied(), true)).unwrap();
    }
    assert_eq!(counts(&mut conn, hold.id).done, 1_000);
    assert_eq!(size(), before, "every row found room on its own page");
}
