//! The ledger against a real PostgreSQL, in the order in which a runner calls it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, sql_query};
use tenancy_core::fleet::{
    Catalog, Direction, FleetPlan, Migration, Policy, RunId, RunState, Subject, TenantState,
};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use super::open::Opened;
use super::{
    Entry, Hold, NewRun, RunCounts, Step, close, done_already, enroll, fail, gone, latest_unfinished, open,
    pause_requested, reading, record, reopen, template, tried, unfinished,
};
use crate::embedded::{TestDatabase, test_server};
use crate::{Error, Tenancy};

/// A control plane whose tenants `t0`, `t1` and so on are rows only.
struct Ground {
    tenancy: Tenancy,
    database: TestDatabase,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Ground {
    fn new(tenants: usize) -> Self {
        let database = test_server().fresh_database();
        let tenancy = Tenancy::builder().database_url(database.url()).build().unwrap();
        tenancy.init().unwrap();
        let ground = Self { tenancy, database };
        ground.session().batch_execute(&format!(
            "INSERT INTO tenancy.tenants (id, slug, name, status, schema_name, migrations, template_version) \
             SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 't' || n, '', 'active', 'tenant_t' || n, '{{1,3}}', '3' \
             FROM generate_series(0, {tenants} - 1) n"
        )).unwrap();
        ground
    }

    fn session(&self) -> PgConnection {
        PgConnection::establish(self.database.url()).unwrap()
    }

    fn value(&self, query: &str) -> String {
        let query = format!("SELECT coalesce(({query})::text, 'NULL') AS value");
        sql_query(query).get_result::<Value>(&mut self.session()).unwrap().value
    }

    /// The plan for migration 2 of all tenants, which was merged late.
    fn plan(tenants: usize, policy: &Policy) -> FleetPlan {
        let migrations = ["1", "2", "3"].map(|version| Migration {
            version: version.into(),
            name: format!("{version}_x"),
            transactional: true,
        });
        let subjects = (0..tenants).map(|n| Subject {
            id: tenant(n),
            slug: TenantSlug::parse(&format!("t{n}")).unwrap(),
            schema: SchemaName::parse(&format!("tenant_t{n}")).unwrap(),
            applied: vec!["1".into(), "3".into()],
        });
        FleetPlan::up(&Catalog::new(migrations.into()).unwrap(), subjects, policy)
    }

    /// A run of these tenants that has begun.
    fn run(&self, conn: &mut PgConnection, tenants: usize) -> Hold {
        let hold = begin(conn).hold;
        let plan = Self::plan(tenants, &Policy::default());
        assert_eq!(enroll(conn, hold.id, &plan.waves).unwrap(), tenants);
        hold
    }
}

fn tenant(n: usize) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(u128::from_str_radix(&n.to_string(), 16).unwrap()))
}

fn counts(conn: &mut PgConnection, run: RunId) -> RunCounts {
    reading::find(conn, run).unwrap().unwrap().counts
}

/// The runs that are alive.
fn under_way(conn: &mut PgConnection) -> usize {
    reading::list(conn, None).unwrap().iter().filter(|run| run.alive).count()
}

fn begin(conn: &mut PgConnection) -> Opened {
    let new = NewRun {
        direction: Direction::Up,
        versions: &["1", "2", "3"],
        policy: &Policy { max_rate: Some(12.5), ..Policy::default() },
        started_by: "ada@desk",
        runner: "desk, process 1",
    };
    open(conn, &new).unwrap()
}

fn entry(hold: Hold) -> Entry<'static> {
    Entry { hold, direction: Direction::Up, version: "2", worker: "desk/1" }
}

fn steps(tenants: impl IntoIterator<Item = usize>, last: bool) -> Vec<Step> {
    tenants.into_iter().map(|n| Step { tenant: tenant(n), milliseconds: 1.5, last }).collect()
}

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
fn a_run_whose_session_is_gone_is_interrupted_and_goes_on_with_another() {
    let ground = Ground::new(3);
    let mut first = ground.session();
    let hold = ground.run(&mut first, 3);
    let mut second = ground.session();
    let Err(error) = reopen(&mut second, hold.id, "laptop, process 2") else { panic!("two runners") };
    assert!(
        error.to_string().starts_with("run 1 is under way: desk, process 1 works on it (its connection is"),
        "{error}"
    );
    assert_eq!(under_way(&mut second), 1);
    record(&mut first, entry(hold), &steps([0], true)).unwrap();
    fail(&mut first, hold, tenant(1), "no", 1.0, "w").unwrap();
    let killed = PgConnection::establish(ground.database.url()).unwrap();
    drop(std::mem::replace(&mut first, killed));
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while under_way(&mut second) > 0 {
        assert!(std::time::Instant::now() < until, "the lock outlives its session");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(ground.tenancy.runs().find(hold.id).unwrap().standing(), "interrupted");
    assert_eq!(latest_unfinished(&mut second).unwrap(), Some(hold.id));

    let again = reopen(&mut second, hold.id, "laptop, process 2").unwrap();
    assert_eq!((again.alive, again.attempt, again.runner.as_str()), (true, 2, "laptop, process 2"));
    let slugs: Vec<_> = unfinished(&mut second, again.hold())
        .unwrap()
        .into_iter()
        .map(|t| t.subject.slug.to_string())
        .collect();
    assert_eq!(slugs, ["t1", "t2"], "who failed is tried again, who is done is not");

    // The first runner's workers, should they live: nothing they do counts any more.
    let Err(error) = record(&mut first, entry(hold), &steps([2], true)) else { panic!("two runners") };
    assert!(matches!(&error, Error::RunLost { run, .. } if *run == hold.id), "{error}");
    for lost in [
        fail(&mut first, hold, tenant(2), "no", 1.0, "w"),
        tried(&mut first, hold, tenant(2)),
        template(&mut first, hold, &["x".into()]),
        close(&mut first, hold, RunState::Done, None),
    ] {
        assert!(matches!(lost, Err(Error::RunLost { .. })));
    }
    gone(&mut first, hold, &[tenant(2)]).unwrap();
    done_already(&mut first, hold, &[tenant(2)]).unwrap();
    assert_eq!(counts(&mut second, hold.id), RunCounts { pending: 2, done: 1, ..RunCounts::default() });
    record(&mut second, entry(again.hold()), &steps([1, 2], true)).unwrap();
    close(&mut second, again.hold(), RunState::Done, None).unwrap();
    let Err(error) = reopen(&mut second, hold.id, "x") else { panic!("it is done") };
    assert!(matches!(error, Error::RunOver { state: RunState::Done, .. }), "{error}");
    assert!(matches!(reopen(&mut second, RunId(9), "x"), Err(Error::UnknownRun(_))));
    assert_eq!(latest_unfinished(&mut second).unwrap(), None);
}

#[test]
fn a_group_with_one_tenant_that_is_not_its_own_is_refused_whole() {
    let ground = Ground::new(3);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 3);
    record(&mut conn, entry(hold), &steps([0], true)).unwrap();
    let group = |conn: &mut PgConnection, of: &[usize]| {
        let steps = steps(of.iter().copied(), true);
        conn.transaction(|conn| record(conn, entry(hold), &steps))
    };
    let Err(error) = group(&mut conn, &[0, 1, 2]) else { panic!("t0 is done") };
    assert!(error.to_string().contains("1 of 3 tenants are not this runner's"), "{error}");
    sql_query("DELETE FROM tenancy.tenants WHERE slug = 't2'").execute(&mut conn).unwrap();
    let Err(error) = group(&mut conn, &[1, 2]) else { panic!("t2 is gone") };
    assert!(error.to_string().contains("1 of 2 tenants have no row in the registry"), "{error}");
    assert_eq!(ground.value("SELECT migrations FROM tenancy.tenants WHERE slug = 't1'"), "{1,3}", "undone");
    assert_eq!(counts(&mut conn, hold.id).pending, 2);
    let left = unfinished(&mut conn, hold).unwrap();
    assert_eq!((left.len(), left[0].subject.slug.as_str()), (1, "t1"));
    assert_eq!(counts(&mut conn, hold.id).gone, 1);
    let told = ground.tenancy.runs().tenants(hold.id, Some(TenantState::Gone)).unwrap();
    assert_eq!(told[0].slug, "t2", "the ledger remembers it");
    group(&mut conn, &[1]).unwrap();
}

#[test]
fn a_new_run_takes_the_place_of_those_that_nobody_works_on() {
    let ground = Ground::new(1);
    let (mut alive, mut conn) = (ground.session(), ground.session());
    let works = begin(&mut alive).hold;
    for state in [RunState::Paused, RunState::Failed, RunState::Done] {
        let opened = begin(&mut conn);
        close(&mut conn, opened.hold, state, None).unwrap();
    }
    let abandoned = begin(&mut conn);
    assert_eq!(abandoned.superseded, [], "each took the place of the one before, and one was done");
    conn = ground.session();
    ground.tenancy.runs().list(None).unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while under_way(&mut conn) > 1 {
        assert!(std::time::Instant::now() < until, "the lock outlives its session");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let opened = begin(&mut conn);
    assert_eq!(opened.superseded, [abandoned.hold.id]);
    let standing: Vec<_> =
        ground.tenancy.runs().list(None).unwrap().iter().map(|run| (run.id.0, run.standing())).collect();
    assert_eq!(
        standing,
        [
            (5, "running"),
            (4, "superseded"),
            (3, "done"),
            (2, "superseded"),
            (1, "superseded"),
            (0, "running")
        ]
        .map(|(id, word)| (id + works.id.0, word))
    );
    let Err(error) = reopen(&mut conn, abandoned.hold.id, "x") else { panic!("superseded") };
    assert!(matches!(error, Error::RunOver { state: RunState::Superseded, .. }), "{error}");
}
