//! A fleet of which half is migrated serves all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_diesel::core::fleet::{Canaries, Policy, RunState};
use tenancy_diesel::{PoolSettings, RunOptions, Tenancy, is_stale_plan};

use crate::desk::{Desk, slug};
use crate::order::assert_done;

#[derive(QueryableByName)]
struct Customer {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// What a request does: statements that Diesel prepares, of a table and a type that the migration changes.
fn request(conn: &mut PgConnection) -> QueryResult<(String, i32)> {
    let customers: Vec<Customer> = sql_query("SELECT * FROM customers").load(conn)?;
    sql_query("INSERT INTO tickets (level) SELECT $1::level FROM customers WHERE name LIKE 't%'")
        .bind::<Text, _>("low")
        .execute(conn)?;
    let levels: Vec<Customer> =
        sql_query("SELECT DISTINCT level::text AS name FROM tickets WHERE level = 'low'").load(conn)?;
    assert_eq!((customers.len(), levels.len()), (1, 1));
    let backend: Backend = sql_query("SELECT pg_backend_pid() AS pid").get_result(conn)?;
    Ok((customers.into_iter().next().unwrap().name, backend.pid))
}

fn desk() -> (Desk, Tenancy) {
    let desk = Desk::new();
    desk.create_many(10);
    for n in 0..10 {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('t{n:02}')"));
    }
    desk.write(
        "2026-02-01-000000_types",
        "ALTER TABLE customers ALTER name TYPE varchar(100); ALTER TABLE customers ADD email text;
         ALTER TYPE level ADD VALUE 'urgent' BEFORE 'low'; ALTER TABLE tickets ADD note text",
        None,
    );
    let pool = PoolSettings { max_size: 1, max_per_tenant: Some(1), ..PoolSettings::default() };
    let service = desk.another_with(|builder| builder.pool(pool));
    (desk, service)
}

/// Every tenant in turn; failures that are told are those of plans that went stale.
fn serve(service: &Tenancy) -> (usize, Vec<i32>) {
    let (mut stale, mut backends) = (0, Vec::new());
    for n in 0..10 {
        let name = format!("t{n:02}");
        let tenant = service.tenant(&slug(&name)).unwrap();
        match request(&mut service.connect(&tenant).unwrap()) {
            Ok((found, backend)) => {
                assert_eq!(found, name);
                backends.push(backend);
            }
            Err(error) => {
                assert!(is_stale_plan(&error), "{error}");
                stale += 1;
            }
        }
    }
    backends.sort_unstable();
    backends.dedup();
    (stale, backends)
}

#[test]
fn tenants_of_both_versions_take_turns_on_one_connection_and_none_fails() {
    let (desk, service) = desk();
    assert_eq!(serve(&service).0, 0);
    let policy = Policy { canaries: Canaries::Count(5), pause_after_canaries: true, ..Policy::default() };
    let report = desk.tenancy().fleet().migrate(&RunOptions::from(policy), |_| {}).unwrap();
    assert_eq!((report.state, report.tenants.len()), (Some(RunState::Paused), 5));
    let (_, backend) = serve(&service);
    for _ in 0..4 {
        assert_eq!(serve(&service), (0, backend.clone()), "one connection, and every tenant is served");
    }
    assert_eq!(backend.len(), 1);
    assert!(desk.tenancy().fleet().resume(None, &RunOptions::default(), |_| {}).unwrap().is_success());
    for _ in 0..3 {
        assert_eq!(serve(&service), (0, backend.clone()));
    }
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn requests_go_on_while_their_tenants_are_migrated() {
    let (desk, service) = desk();
    desk.write("2026-02-02-000000_back", "ALTER TABLE customers DROP email; SELECT pg_sleep(0.03)", None);
    let over = AtomicBool::new(false);
    let (rounds, stale) = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let report = desk.tenancy().fleet().migrate(&RunOptions::default().jobs(2), |_| {});
            over.store(true, Ordering::Relaxed);
            assert!(report.unwrap().is_success());
        });
        let (mut rounds, mut stale) = (0, 0);
        while !over.load(Ordering::Relaxed) {
            stale += serve(&service).0;
            rounds += 1;
        }
        run.join().unwrap();
        (rounds, stale)
    });
    // A migration between a pin and its statement: at most once for each tenant and migration.
    assert!(rounds > 0 && stale <= 20, "{stale} in {rounds}");
    assert_eq!(serve(&service).0, 0);
    assert_done(desk.tenancy(), &mut desk.world.bare());
}
