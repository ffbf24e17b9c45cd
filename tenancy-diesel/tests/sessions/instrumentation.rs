//! Instrumentation of the application that panics.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection as _, set_default_instrumentation,
};

use crate::notes::{backend, owners};
use crate::world::World;

/// The application's instrumentation is one for all tests of this process, which run side by side: it panics on
/// a thread of this name, and while a pool connects to [`REFUSED`].
const PANICS_IN_THE_GATE: &str = "panics in the gate";
static REFUSED: Mutex<String> = Mutex::new(String::new());
static REFUSALS: AtomicUsize = AtomicUsize::new(0);

struct Panics;

impl Instrumentation for Panics {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let current = thread::current();
        let thread = current.name().unwrap_or_default();
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let fires = thread == PANICS_IN_THE_GATE && query.to_string().contains("CLOSE ALL");
                assert!(!fires, "the application's instrumentation");
            }
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                let fires = thread.starts_with("r2d2") && REFUSED.lock().is_ok_and(|refused| *refused == url);
                REFUSALS.fetch_add(usize::from(fires), Ordering::SeqCst);
                assert!(!fires, "the application's instrumentation");
            }
            _ => {}
        }
    }
}

fn install() {
    set_default_instrumentation(|| Some(Box::new(Panics))).unwrap();
}

#[test]
fn a_panic_in_the_gate_costs_the_connection_and_not_its_place_in_the_pool() {
    install();
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.warm(&acme);
    let before = thread::scope(|scope| {
        let borrower = thread::Builder::new().name(PANICS_IN_THE_GATE.to_owned());
        let before = borrower.spawn_scoped(scope, || backend(&mut world.conn(&acme))).unwrap();
        before.join().expect("the panic stays in the gate")
    });
    let mut conn = world.conn(&acme);
    assert_eq!(owners(&mut conn), ["acme"]);
    assert_ne!(backend(&mut conn), before, "it did panic");
}

#[test]
fn a_panic_while_connecting_does_not_stop_the_pool_from_trying_again() {
    install();
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.warm(&acme);
    world.url().clone_into(&mut REFUSED.lock().unwrap());
    let mut conn = world.conn(&acme);
    assert!(conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())").is_err());
    drop(conn);
    while REFUSALS.load(Ordering::SeqCst) == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    REFUSED.lock().unwrap().clear();
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"]);
}
