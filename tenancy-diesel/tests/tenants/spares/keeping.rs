//! As many spares as there should be are made and dropped.

use super::{assert_in_order, keep, ready};
use crate::desk::{Desk, slug};
use crate::locked::LockedServer;
use crate::world::value;
use diesel::connection::SimpleConnection as _;
use std::thread;
use std::time::{Duration, Instant};
use tenancy_diesel::{Error, NewTenant, RunOptions, SpareStanding, SparesReport, Tenancy};

#[test]
fn the_service_refills_by_itself_and_ends_with_its_last_handle() {
    let desk = Desk::new();
    let service = desk.another_with(|builder| builder.spares(3));
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    // Two processes do not make more together.
    let second = desk.another_with(|builder| builder.spares(3));
    for n in 0..6 {
        service.provisioner().create(&NewTenant::new(slug(&format!("t{n}")))).unwrap();
        desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    }
    // A migration makes them stale; they are replaced without being asked for.
    desk.write("2026-01-02-000000_more", "CREATE TABLE more (id int)", None);
    service.fleet().migrate_template().unwrap();
    assert!(service.fleet().migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares WHERE version = '20260102000000'", "3");
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "3");
    assert_in_order(&desk);
    drop((service, second));
    let threads = || {
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(Result::ok)
            .filter(|task| {
                std::fs::read_to_string(task.path().join("comm"))
                    .is_ok_and(|name| name.trim() == "tenancy-spares")
            })
            .count()
    };
    if std::path::Path::new("/proc/self/task").exists() {
        let until = Instant::now() + Duration::from_secs(20);
        // Other tests of this process have none for longer than they run.
        while threads() > 0 {
            assert!(Instant::now() < until, "{} threads are left", threads());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_refiller_whose_backend_is_killed_leaves_nothing_and_tries_again() {
    let desk = Desk::new();
    desk.world.sql(
        "CREATE FUNCTION public.dawdle() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN IF current_setting('application_name') <> 'quick' THEN PERFORM pg_sleep(20); END IF; END $$;
         CREATE EVENT TRIGGER dawdle ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.dawdle()",
    );
    let _service = desk.another_with(|builder| builder.spares(2));
    desk.world.wait_for(crate::world::ASLEEP, "1");
    let kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'";
    desk.world.sql(kill);
    let nothing = "SELECT (SELECT count(*) FROM tenancy.spares) + (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_')";
    assert_eq!(desk.value(nothing), "0");
    desk.world.wait_for(crate::world::ASLEEP, "1");
    desk.world.sql("DROP EVENT TRIGGER dawdle");
    desk.world.sql(kill);
    desk.world.wait_for("SELECT count(*) FROM tenancy.spares", "2");
    assert_in_order(&desk);
}

#[test]
fn a_large_spare_is_dropped_in_steps_and_nobody_gets_it_meanwhile() {
    let server = LockedServer::start(20, 20);
    let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
    tenancy.init().unwrap();
    server.fill("base_template", 25);
    keep(&tenancy, 1);
    server.sql("ALTER TABLE base_template.t1 ADD COLUMN more int");
    let spare = tenancy.spares().list().unwrap().remove(0);
    let mut other = server.bare();
    other.batch_execute(&format!("BEGIN; LOCK TABLE {}.t12", spare.schema)).unwrap();
    thread::scope(|scope| {
        let keeping = scope.spawn(|| tenancy.spares().keep(0, |_| {}));
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'";
        let until = Instant::now() + Duration::from_secs(20);
        while value(&mut server.bare(), waiting) == "0" {
            assert!(Instant::now() < until, "nobody waits");
        }
        server.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'");
        keeping.join().unwrap().unwrap_err();
    });
    other.batch_execute("ROLLBACK").unwrap();
    let half = tenancy.spares().list().unwrap();
    assert_eq!(half[0].standing, SpareStanding::Dropping, "{half:?}");
    server.sql("ALTER TABLE base_template.t1 DROP COLUMN more");
    let acme = tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    assert_ne!(acme.id, spare.id);
    assert_eq!(keep(&tenancy, 0), SparesReport { ready: 0, made: 0, dropped: 1 });
    let mut bare = server.bare();
    assert_eq!(value(&mut bare, "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^spare_'"), "0");
    assert_eq!(value(&mut bare, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^tenant_'"), "1");
}

#[test]
fn a_spare_that_something_needs_keeps_no_other_from_being_made() {
    let desk = Desk::new();
    keep(desk.tenancy(), 1);
    let spare = desk.tenancy().spares().list().unwrap().remove(0);
    desk.world.sql(&format!("CREATE VIEW public.late AS TABLE {}.customers", spare.schema));
    desk.world.sql("ALTER TABLE base_template.tickets ADD COLUMN by_hand int");
    let refused = desk.tenancy().spares().keep(2, |_| {});
    assert!(matches!(refused, Err(Error::StillNeeded { .. })), "{refused:?}");
    assert_eq!(ready(desk.tenancy()), 2);
    assert_eq!(desk.value("SELECT count(*) FROM public.late"), "0");
    desk.world.sql("DROP VIEW public.late");
    assert_eq!(keep(desk.tenancy(), 2), SparesReport { ready: 2, made: 0, dropped: 1 });
    assert_in_order(&desk);
}
