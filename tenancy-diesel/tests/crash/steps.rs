//! What takes more than a clone: spares, and drops in several transactions.

use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::{NewTenant, SpareStanding};

use crate::dice::Dice;
use crate::fragile_server::FragileServer;
use crate::sign_ups::{crashes, number, strike, structure, template, tenancy};

/// A server with the template.
fn server(locks_per_transaction: u32) -> (FragileServer, Vec<String>) {
    let server = FragileServer::with_locks(locks_per_transaction);
    server.connect().batch_execute(&template()).unwrap();
    tenancy(&server).init().unwrap();
    let expected = structure(&mut server.connect(), "base_template");
    (server, expected)
}

/// Every schema of a tenant or a spare has its row and its role, and the other way round.
fn assert_in_order(conn: &mut PgConnection) {
    let rows =
        "SELECT (SELECT count(*) FROM tenancy.tenants) + (SELECT count(*) FROM tenancy.spares) AS number";
    let schemas = "SELECT count(*) AS number FROM pg_namespace n WHERE n.nspname IN (
        SELECT schema_name FROM tenancy.tenants UNION ALL SELECT schema_name FROM tenancy.spares)";
    let all = "SELECT count(*) AS number FROM pg_namespace WHERE nspname ~ '^(tenant|spare)_'";
    let roles = "SELECT count(*) AS number FROM pg_roles WHERE rolname ~ '^tenant_[0-9a-f]{32}$'";
    let rows = number(conn, rows);
    assert_eq!([number(conn, schemas), number(conn, all), number(conn, roles)], [rows; 3]);
}

#[test]
fn a_server_that_dies_while_spares_are_made_and_taken_loses_none_and_doubles_none() {
    let mut dice = Dice::seeded_by("TENANCY_CRASH_SEED");
    let (mut server, expected) = server(64);
    let began = Instant::now();
    tenancy(&server).spares().keep(1, |_| {}).unwrap();
    let usual = began.elapsed();
    let (mut claimed, mut interrupted) = (0, 0);
    for n in 0..crashes() {
        let service = tenancy(&server);
        let making = n % 2 == 0;
        let before = service.spares().list().unwrap();
        assert!(before.iter().all(|spare| spare.standing == SpareStanding::Ready), "{before:?}");
        let mut watcher = server.connect();
        // A claim takes a few milliseconds, most of them for its connection.
        let within = if making { usual * 3 / 2 } else { Duration::from_millis(25) };
        let delay = Duration::from_micros(dice.roll(within.as_micros() as usize) as u64);
        let slug = format!("t{n}");
        let done = thread::scope(|scope| {
            let work = scope.spawn(|| {
                if making {
                    service.spares().keep(before.len() + 1, |_| {}).map(drop)
                } else {
                    service.provisioner().create(&NewTenant::new(slug.parse().unwrap())).map(drop)
                }
            });
            thread::sleep(delay);
            strike(&server, &mut watcher, &mut dice);
            work.join().unwrap()
        });
        drop((service, watcher));
        server.start_again();
        let mut conn = server.connect();
        assert_in_order(&mut conn);
        let after = tenancy(&server).spares().list().unwrap();
        let tenants = number(
            &mut conn,
            &format!("SELECT count(*) AS number FROM tenancy.tenants WHERE slug = '{slug}'"),
        );
        interrupted += usize::from(done.is_err());
        if making {
            assert!(done.is_err() || after.len() == before.len() + 1, "it was made, and is lost");
        } else if tenants == 1 {
            let took = usize::from(!before.is_empty());
            assert_eq!(after.len() + took, before.len(), "the tenant has its spare, and nobody else");
            assert_eq!(structure(&mut conn, &format!("tenant_{slug}")), expected);
            claimed += took;
        } else {
            assert!(done.is_err(), "{slug}: it was there, and is lost");
            assert_eq!(after, before, "its spare waits for somebody else");
        }
        for spare in &after {
            assert_eq!(structure(&mut conn, spare.schema.as_str()), expected);
        }
    }
    eprintln!("{interrupted} were interrupted, {claimed} spares were taken");
    assert!(interrupted > 0, "nothing was hit in the middle");
}

#[test]
fn a_server_that_dies_during_a_large_drop_goes_on_with_it() {
    let mut dice = Dice::seeded_by("TENANCY_CRASH_SEED");
    // Of a thousand locks a drop takes a quarter at most: a tenant needs several transactions.
    let (mut server, expected) = server(10);
    let create = |server: &FragileServer, slug: &str| {
        tenancy(server).provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
    };
    create(&server, "kept");
    create(&server, "first");
    let began = Instant::now();
    tenancy(&server).provisioner().drop(&"first".parse().unwrap()).unwrap();
    let usual = began.elapsed();
    create(&server, "acme");
    let (mut half, mut drops) = (0, 0);
    for _ in 0..crashes() {
        let service = tenancy(&server);
        let mut watcher = server.connect();
        let delay = Duration::from_micros(dice.roll(usual.as_micros() as usize) as u64);
        let done = thread::scope(|scope| {
            let drop = scope.spawn(|| service.provisioner().drop(&"acme".parse().unwrap()));
            thread::sleep(delay);
            strike(&server, &mut watcher, &mut dice);
            drop.join().unwrap()
        });
        drop((service, watcher));
        server.start_again();
        let mut conn = server.connect();
        assert_in_order(&mut conn);
        assert_eq!(structure(&mut conn, "tenant_kept"), expected, "another tenant");
        let of = |status: &str| {
            format!(
                "SELECT count(*) AS number FROM tenancy.tenants WHERE slug = 'acme' AND status = '{status}'"
            )
        };
        if number(&mut conn, &of("active")) == 1 {
            assert!(done.is_err());
            assert_eq!(structure(&mut conn, "tenant_acme"), expected, "it is served, so it is whole");
        } else if number(&mut conn, &of("dropping")) == 1 {
            assert!(done.is_err());
            half += 1;
        } else {
            drops += 1;
            create(&server, "acme");
        }
    }
    eprintln!("{half} times half of it was left, {drops} drops came to an end; one takes {usual:?}");
    assert!(half > 0, "nothing was hit in the middle");
    let service = tenancy(&server);
    service.provisioner().drop(&"acme".parse().unwrap()).unwrap();
    assert_in_order(&mut server.connect());
    assert_eq!(number(&mut server.connect(), "SELECT count(*) AS number FROM tenancy.tenants"), 1);
}
