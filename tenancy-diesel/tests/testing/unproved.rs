//! A check that could not have failed is no success.

use tenancy_diesel::testing::{FaultPlan, Interleaver, Probe, Sentinels};

use crate::ground::{Ground, honest_list, refused};

#[test]
fn nothing_was_planted() {
    let ground = Ground::barren();
    let report = ground.calm().run().unwrap();
    let text = refused(&report);
    assert!(text.contains("stands nowhere in its schema: plant it"), "{text}");
    assert!(!report.missing.is_empty(), "a read that shows no marker is reported as well: {report}");
}

#[test]
fn an_action_that_never_succeeds() {
    let ground = Ground::new();
    let report = ground.calm().calls("gone", |_: &Probe| Err::<(), _>("404")).run().unwrap();
    let text = refused(&report);
    assert!(text.contains("never succeeded for") && text.contains("before any fault: gone"), "{text}");
    assert!(report.foreign.is_empty() && report.missing.is_empty());
}

#[test]
fn a_read_that_answers_from_somewhere_else() {
    let ground = Ground::new();
    let report = ground.calm().reads("empty", |_: &Probe| Vec::<String>::new()).run().unwrap();
    let text = refused(&report);
    assert!(text.contains("a success without the tenant's own marker"), "{text}");
    assert!(report.missing.iter().all(|missing| missing.action == "empty"));
}

#[test]
fn a_write_that_writes_nothing() {
    let ground = Ground::new();
    let report = ground.calm().writes("lost", |_: &Probe| ()).run().unwrap();
    let text = refused(&report);
    assert!(text.contains("its text stands nowhere in the tenant's schema"), "{text}");
}

#[test]
fn nobody_reads() {
    let ground = Ground::new();
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .faults(FaultPlan::none())
        .operations(20)
        .calls("ping", |_: &Probe| "pong")
        .run()
        .unwrap();
    assert!(refused(&report).contains("no action `reads`"));
}

#[test]
fn a_fault_that_never_occurred() {
    let ground = Ground::new();
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .faults(FaultPlan::none().panics(1))
        .operations(20)
        .reads("list", without_fault_points)
        .run()
        .unwrap();
    assert!(refused(&report).contains("there were no panics"));
}

fn without_fault_points(probe: &Probe) -> Vec<String> {
    let mut conn = probe.tenancy().connect(probe.tenant()).unwrap();
    crate::ground::bodies(&mut conn).unwrap()
}

#[test]
fn one_tenant_alone() {
    let ground = Ground::new();
    let slug = ground.sentinels.iter().next().unwrap().slug().clone();
    let alone = Sentinels::adopt(&ground.tenancy, [&slug]).unwrap();
    let report = Interleaver::on_threads(&ground.tenancy, &alone, ground.url())
        .faults(FaultPlan::none())
        .operations(20)
        .reads("list", honest_list)
        .run()
        .unwrap();
    let text = refused(&report);
    assert!(text.contains("fewer than two sentinels") && text.contains("use more workers"), "{text}");
}

#[test]
fn no_action_at_all() {
    let ground = Ground::new();
    let report = Interleaver::on_threads(&ground.tenancy, &ground.sentinels, ground.url())
        .operations(5)
        .run()
        .unwrap();
    assert_eq!(report.operations, 0);
    refused(&report);
}
