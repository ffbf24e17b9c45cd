//! A service that does nothing wrong passes, with every kind of fault.

use tenancy_diesel::testing::{Fault, FaultPlan, Interleaver, Observed, Probe, Sentinels};
use tenancy_diesel::{NewTenant, RunError, TenantSlug, assert_isolated};

use crate::ground::{Ground, add, bodies, honest_add, honest_list};

#[test]
fn an_honest_service_on_threads() {
    let ground = Ground::new();
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .operations(600)
        .reads("list", honest_list)
        .writes("add", honest_add)
        .calls("own name", |probe: &Probe| probe.tenant().name.clone())
        .operates("all names", |probe: &Probe| {
            Observed::debug(&probe.tenancy().registry().list(&Default::default()))
        })
        .run()
        .unwrap();
    assert_isolated!(report);
    let occurred = |fault| report.faults.get(&fault).copied().unwrap_or_default();
    assert!(
        [Fault::Panic, Fault::Timeout, Fault::Kill].into_iter().all(|fault| occurred(fault) > 3),
        "{report}"
    );
    assert_eq!(occurred(Fault::Cancellation), 0, "nobody can drop what runs on a thread");
    assert!(report.overlaps > 100 && report.succeeded < report.operations, "{report}");
    eprintln!("{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_service_as_tasks() {
    let ground = tokio::task::spawn_blocking(Ground::new).await.unwrap();
    let report = Interleaver::as_tasks(&ground.tenancy, &ground.sentinels, ground.url())
        .operations(600)
        .reads("list", |probe| async move {
            let db = probe.tenancy().db(probe.tenant().clone());
            let inside = probe.clone();
            let work = move |conn: &mut _| {
                inside.fault_point();
                bodies(conn)
            };
            db.run(work).await
        })
        .writes("add", |probe| async move {
            let db = probe.tenancy().db(probe.tenant().clone());
            let inside = probe.clone();
            let work = move |conn: &mut _| {
                add(conn, inside.text())?;
                inside.fault_point();
                Ok(())
            };
            db.transaction(work).await.map_err(|error: RunError<diesel::result::Error>| error)
        })
        .run()
        .await
        .unwrap();
    assert_isolated!(report);
    assert!(report.faults.len() == 4 && report.faults.values().all(|times| *times > 3), "{report}");
    eprintln!("{report}");
    tokio::task::spawn_blocking(move || drop(ground)).await.unwrap();
}

#[test]
fn panics_strike_where_the_library_sends_its_own_statements() {
    let ground = Ground::new();
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .operations(400)
        .faults(FaultPlan::default().panics_in_queries())
        .reads("list without fault points", |probe: &Probe| {
            let mut conn = probe.tenancy().connect(probe.tenant()).map_err(|error| error.to_string())?;
            bodies(&mut conn).map_err(|error| error.to_string())
        })
        .run()
        .unwrap();
    assert_isolated!(report);
    assert!(report.faults[&Fault::Panic] > 20, "{report}");
}

#[test]
fn tenants_that_are_there_already_can_be_watched() {
    let ground = Ground::barren();
    let slugs: [TenantSlug; 2] = ["acme".parse().unwrap(), "globex".parse().unwrap()];
    for slug in &slugs {
        ground.tenancy.provisioner().create(&NewTenant::new(slug.clone())).unwrap();
    }
    let sentinels = Sentinels::adopt(&ground.tenancy, &slugs).unwrap();
    sentinels.plant(&ground.tenancy, |conn, sentinel| add(conn, sentinel.marker())).unwrap();
    let report = Interleaver::on_threads(&ground.tenancy, &sentinels, ground.url())
        .operations(50)
        .faults(FaultPlan::none())
        .reads("list", honest_list)
        .run()
        .unwrap();
    assert_isolated!(report);
}

#[test]
fn sentinels_can_be_removed_again() {
    let ground = Ground::new();
    let slug = ground.sentinels.iter().next().unwrap().slug().clone();
    ground.sentinels.clone().remove(&ground.tenancy).unwrap();
    assert!(ground.tenancy.tenant(&slug).is_err());
    let again = Sentinels::create(&ground.tenancy, 3).unwrap();
    assert_eq!(again.iter().len(), 3);
}

#[test]
fn a_seed_repeats_the_choices() {
    let ground = Ground::new();
    let picks = || {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let note = std::sync::Arc::clone(&seen);
        let report = ground
            .calm()
            .seed(4711)
            .operations(100)
            .calls("pick", move |probe: &Probe| {
                note.lock().unwrap().push((probe.number(), probe.slug().clone(), probe.pick(1_000_000)));
            })
            .workers(1)
            .run()
            .unwrap();
        assert_eq!(report.seed, 4711);
        seen.lock().unwrap().clone()
    };
    let first = picks();
    assert!(first.len() > 20);
    assert_eq!(first, picks());
}
