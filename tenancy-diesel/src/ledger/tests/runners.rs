//! Who may write it down.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use tenancy_core::fleet::{RunId, RunState, TenantState};

use super::ground::{Ground, begin, counts, entry, steps, tenant, under_way};
use crate::Error;
use crate::ledger::{
    RunCounts, close, done_already, fail, gone, latest_unfinished, record, reopen, template, tried,
    unfinished,
};

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
        fail(&mut first, hold, tenant(2), "no", 1.0, "w").map(drop),
        template(&mut first, hold, &["x".into()]),
        close(&mut first, hold, RunState::Done, None),
    ] {
        assert!(matches!(lost, Err(Error::RunLost { .. })));
    }
    tried(&mut first, hold, tenant(2)).unwrap();
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

#[test]
fn of_many_that_resume_a_run_at_once_one_does() {
    let ground = Ground::new(1);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 1);
    close(&mut conn, hold, RunState::Paused, None).unwrap();
    let won = std::thread::scope(|scope| {
        let ground = &ground;
        let runners: Vec<_> = (0..6)
            .map(|n| {
                scope.spawn(move || {
                    let mut conn = ground.session();
                    (reopen(&mut conn, hold.id, &format!("runner {n}")), conn)
                })
            })
            .collect();
        // Their sessions live until all have tried.
        let tried: Vec<_> = runners.into_iter().map(|runner| runner.join().unwrap()).collect();
        let (won, lost): (Vec<_>, Vec<_>) = tried.iter().partition(|(result, _)| result.is_ok());
        assert!(
            lost.iter().all(|(result, _)| matches!(result, Err(Error::RunUnderWay { backend: Some(_), .. })))
        );
        won.len()
    });
    assert_eq!(won, 1);
    assert_eq!(ground.value("SELECT attempt FROM tenancy.runs"), "2");
}

#[test]
fn two_that_write_down_one_tenant_at_once_do_it_once() {
    let ground = Ground::new(1);
    let (mut first, mut second) = (ground.session(), ground.session());
    let hold = ground.run(&mut first, 1);
    first.batch_execute("BEGIN").unwrap();
    record(&mut first, entry(hold), &steps([0], true)).unwrap();
    let refused = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| second.transaction(|conn| record(conn, entry(hold), &steps([0], true))));
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while ground.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == "0" {
            assert!(std::time::Instant::now() < until, "nobody waits");
        }
        first.batch_execute("COMMIT").unwrap();
        waiting.join().unwrap()
    });
    assert!(matches!(refused, Err(Error::RunLost { .. })), "{refused:?}");
    let told = ground.tenancy.runs().tenants(hold.id, None).unwrap();
    assert_eq!((told[0].attempts, told[0].milliseconds), (1, 1.5));
}

#[test]
fn a_run_that_is_being_superseded_is_not_resumed() {
    let ground = Ground::new(1);
    let mut conn = ground.session();
    let hold = ground.run(&mut conn, 1);
    close(&mut conn, hold, RunState::Paused, None).unwrap();
    let wait_for = |waiting: &str| {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while ground.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != waiting {
            assert!(std::time::Instant::now() < until, "not {waiting} wait");
        }
    };
    let mut gate = ground.session();
    gate.batch_execute("BEGIN; SELECT FROM tenancy.runs FOR UPDATE").unwrap();
    std::thread::scope(|scope| {
        let opens = scope.spawn(|| begin(&mut ground.session()));
        wait_for("1");
        let resumes = scope.spawn(|| reopen(&mut ground.session(), hold.id, "again"));
        wait_for("2");
        gate.batch_execute("COMMIT").unwrap();
        assert_eq!(opens.join().unwrap().superseded, [hold.id]);
        let resumed = resumes.join().unwrap();
        assert!(matches!(resumed, Err(Error::RunOver { state: RunState::Superseded, .. })), "{resumed:?}");
    });
}
