//! Tenants come, change and go while transactions are served through the pooler.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::tenant::TenantStatus;
use tenancy_diesel::{Error, NewTenant, RunError, Scope};

use crate::behind::{Behind, LOCKS, owners};
use crate::world::{WAITING, value};

#[test]
fn a_tenant_that_was_changed_elsewhere_is_refused_whatever_memory_says() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    let elsewhere = behind.world.tenancy.provisioner();
    elsewhere.suspend(&acme.slug).unwrap();
    let refused = behind.run(&acme, owners).unwrap_err();
    assert!(
        matches!(&refused, RunError::Tenancy(Error::NotActive(not)) if not.status == TenantStatus::Suspended),
        "{refused:?}"
    );
    elsewhere.activate(&acme.slug).unwrap();
    assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
    elsewhere.rename(&acme.slug, &"initech".parse().unwrap()).unwrap();
    let refused = behind.run(&acme, owners).unwrap_err();
    assert!(matches!(refused, RunError::Tenancy(Error::UnknownTenant(_))), "{refused:?}");
    behind.world.sql("ALTER SCHEMA tenant_initech RENAME TO lost; CREATE TABLE public.notes (owner text)");
    let initech = behind.tenancy.tenant(&"initech".parse().unwrap()).unwrap();
    let refused = behind.run(&initech, owners).unwrap_err();
    assert!(matches!(refused, RunError::Tenancy(Error::SchemaMissing { .. })), "{refused:?}");
}

#[test]
fn a_tenant_is_not_dropped_under_its_transaction() {
    let behind = Behind::pooler_of(2);
    let acme = behind.tenant("acme");
    let (begun, has_begun) = mpsc::channel();
    thread::scope(|scope| {
        let world = &behind.world;
        let dropping = scope.spawn(move || {
            has_begun.recv().unwrap();
            world.tenancy.provisioner().drop(&"acme".parse().unwrap())
        });
        behind
            .run(&acme, |conn| {
                begun.send(()).unwrap();
                behind.world.wait_for(WAITING, "1");
                assert_eq!(owners(conn)?, ["acme"]);
                Ok(())
            })
            .unwrap();
        dropping.join().unwrap().unwrap();
    });
    assert!(matches!(behind.run(&acme, owners), Err(RunError::Tenancy(Error::UnknownTenant(_)))));
}

/// While the tenant is locked by whoever changes it.
#[test]
fn a_tenant_that_is_being_changed_is_busy() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    let mut operator = behind.world.bare();
    let lock = format!("SELECT pg_advisory_lock(1952804465, hashtext('{}'))", acme.id.as_uuid());
    operator.batch_execute(&lock).unwrap();
    let refused = behind.run(&acme, owners).unwrap_err();
    assert!(matches!(refused, RunError::Tenancy(Error::TenantBusy(_))), "{refused:?}");
    drop(operator);
    behind.world.wait_for(LOCKS, "0");
    assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
}

#[test]
fn operators_work_around_the_pooler_and_not_through_it() {
    let behind = Behind::pooler_of(1);
    behind.tenancy.init().unwrap();
    behind.tenancy.check_ready().unwrap();
    let new = NewTenant::new("acme".parse().unwrap());
    behind.tenancy.provisioner().create(&new).unwrap();
    let acme = behind.tenancy.tenant(&"acme".parse().unwrap()).unwrap();
    assert_eq!(behind.run(&acme, owners).unwrap(), Vec::<String>::new());
    assert_eq!(behind.tenancy.registry().list(&Default::default()).unwrap().len(), 1);

    let alone = behind.world.another(|builder| builder.database_url(behind.url()).scope(Scope::Transaction));
    assert!(alone.transaction(&acme, owners).is_ok(), "requests are served without a way around");
    assert!(matches!(alone.init(), Err(Error::OperatorUrlNeeded)));
    assert!(matches!(alone.provisioner().create(&new), Err(Error::OperatorUrlNeeded)));
    assert!(matches!(
        alone.fleet().migrate(&Default::default(), |_| ()).map_err(Error::from),
        Err(Error::OperatorUrlNeeded)
    ));
}

#[test]
fn without_a_control_plane_that_is_what_is_said() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    behind.world.sql("DROP SCHEMA tenancy CASCADE");
    assert!(matches!(behind.tenancy.check_ready(), Err(Error::NotInitialized)));
    let refused = behind.run(&acme, owners).unwrap_err();
    assert!(matches!(refused, RunError::Tenancy(Error::NotInitialized)), "{refused:?}");
}

/// The pooler's session dies between two transactions, and in the middle of one.
#[test]
fn a_killed_session_costs_its_transaction_and_no_other() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    for _ in 0..3 {
        let pid = behind.run(&acme, |conn| Ok(value(conn, "pg_backend_pid()"))).unwrap();
        behind.world.sql(&format!("SELECT pg_terminate_backend({pid})"));
        behind.world.wait_for(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
        thread::sleep(Duration::from_millis(50));
        assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
        let killed = behind.run(&acme, |conn| {
            conn.batch_execute("RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())")
        });
        assert!(killed.is_err());
        assert_eq!(behind.run(&acme, owners).unwrap(), ["acme"]);
    }
}
