//! Sign-ups while a migration is under way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tenancy_diesel::{NewTenant, RunOptions};

use crate::desk::{Desk, slug};

#[test]
fn a_tenant_created_during_a_run_ends_at_the_new_version() {
    let desk = Desk::new();
    desk.create_many(8);
    let (service, stop) = (desk.another(), AtomicBool::new(false));
    thread::scope(|scope| {
        let sign_ups = scope.spawn(|| {
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                service.provisioner().create(&NewTenant::new(slug(&format!("new{count}")))).unwrap();
                count += 1;
            }
            count
        });
        for round in 0..6 {
            desk.write(
                &format!("2026-03-0{}-000000_round", round + 1),
                &format!("CREATE TABLE round{round} (id int)"),
                None,
            );
            let report = desk.tenancy().fleet().migrate(&RunOptions::default().jobs(2), |_| {}).unwrap();
            assert!(report.is_success(), "{report:?}");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(sign_ups.join().unwrap() > 0);
    });
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants WHERE template_version <> '20260306000000'"),
        "0"
    );
    assert_eq!(
        desk.value("SELECT count(*) FROM tenancy.tenants t WHERE to_regclass(t.schema_name || '.round5') IS NULL OR to_regclass(t.schema_name || '.round0') IS NULL"),
        "0"
    );
}
