//! Who is in the way of whom.

use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::core::fleet::RunId;
use tenancy_diesel::embedded::EmbeddedPostgres;
use tenancy_diesel::{Error, NewTenant, Tenancy};

use crate::desk::{Desk, slug};
use crate::world::{ASLEEP, value};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.create("globex").unwrap();
    desk
}

/// A session called `name`, and its number.
fn session(desk: &Desk, name: &str) -> (PgConnection, i32) {
    let mut conn = desk.world.bare();
    conn.batch_execute(&format!("SET application_name TO '{name}'")).unwrap();
    let pid = value(&mut conn, "pg_backend_pid()").parse().unwrap();
    (conn, pid)
}

/// Waits until so many sessions wait for locks on relations.
fn until_waiting(desk: &Desk, count: &str) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    desk.world.wait_for(waiting, count);
}

#[test]
fn a_reader_that_stays_in_its_transaction_is_named_with_its_table() {
    let desk = desk();
    let (mut reader, pid) = session(&desk, "psql");
    let (mut elsewhere, _) = session(&desk, "psql");
    assert_eq!(desk.tenancy().fleet().blockers(&slug("acme")).unwrap(), []);
    reader.batch_execute("BEGIN; SELECT  name\nFROM tenant_acme.customers WHERE id IS NULL").unwrap();
    elsewhere.batch_execute("BEGIN; SELECT * FROM tenant_globex.customers").unwrap();
    let blockers = desk.tenancy().fleet().blockers(&slug("acme")).unwrap();
    assert_eq!(blockers.len(), 1, "neither its index nor another tenant's reader: {blockers:?}");
    let (told, user) = (blockers[0].to_string(), value(&mut reader, "current_user"));
    let begins = format!("session {pid} (psql of {user}, idle in transaction for ");
    assert!(told.starts_with(&begins), "{told}");
    assert!(told.ends_with(") holds AccessShareLock on tenant_acme.customers"), "{told}");
    let holder = &blockers[0].holder;
    let query = "BEGIN; SELECT name FROM tenant_acme.customers WHERE id IS NULL";
    assert_eq!((holder.query.as_deref(), holder.run), (Some(query), None));
    assert!(holder.in_transaction > Some(Duration::ZERO) && holder.connected >= holder.in_transaction);
    reader.batch_execute("ROLLBACK").unwrap();
    assert_eq!(desk.tenancy().fleet().blockers(&slug("acme")).unwrap(), []);
    assert!(matches!(desk.tenancy().fleet().blockers(&slug("nobody")), Err(Error::UnknownTenant(_))));
}

#[test]
fn who_waits_is_named_behind_who_holds() {
    let desk = desk();
    let (mut reader, holds) = session(&desk, "report");
    let (mut writer, waits) = session(&desk, "psql");
    reader.batch_execute("BEGIN; LOCK tenant_acme.customers IN ACCESS SHARE MODE").unwrap();
    thread::scope(|scope| {
        scope.spawn(|| writer.batch_execute("ALTER TABLE tenant_acme.customers ADD COLUMN x int").unwrap());
        until_waiting(&desk, "1");
        let blockers = desk.tenancy().fleet().blockers(&slug("acme")).unwrap();
        let told: Vec<_> = blockers
            .iter()
            .map(|blocker| (blocker.holder.pid.unwrap(), blocker.granted, blocker.mode.as_str()))
            .collect();
        assert_eq!(told, [(holds, true, "AccessShareLock"), (waits, false, "AccessExclusiveLock")]);
        let last = blockers[1].to_string();
        assert!(last.contains("waits for AccessExclusiveLock on tenant_acme.customers"), "{last}");
        reader.batch_execute("COMMIT").unwrap();
    });
}

#[test]
fn workers_of_a_parallel_query_are_not_named_beside_their_leader() {
    let desk = desk();
    desk.world.sql("INSERT INTO tenant_acme.customers (name) VALUES ('c')");
    let (mut reader, pid) = session(&desk, "report");
    // The setting has another name since PostgreSQL 16.
    let parallel = "SELECT set_config(name, 'on', false) FROM pg_settings \
        WHERE name IN ('force_parallel_mode', 'debug_parallel_query')";
    reader.batch_execute(parallel).unwrap();
    thread::scope(|scope| {
        let query = "SELECT pg_sleep(2) FROM tenant_acme.customers";
        let running = scope.spawn(move || reader.batch_execute(query).unwrap());
        desk.world.wait_for(ASLEEP, "1");
        let workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker' \
            AND datname = current_database()";
        assert_eq!(desk.value(workers), "1");
        let blockers = desk.tenancy().fleet().blockers(&slug("acme")).unwrap();
        let named: Vec<_> = blockers.iter().map(|blocker| blocker.holder.pid.unwrap()).collect();
        assert_eq!(named, [pid]);
        running.join().unwrap();
    });
}

#[test]
fn what_a_login_may_not_see_is_left_out() {
    let desk = desk();
    let operator = format!("operator_{}", desk.value("current_database()"));
    desk.world.sql(&format!(
        "CREATE ROLE {operator} LOGIN PASSWORD 'o'; GRANT USAGE ON SCHEMA tenancy TO {operator}; \
         GRANT SELECT ON tenancy.tenants, tenancy.logins TO {operator}"
    ));
    let (scheme, rest) = desk.world.url().split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let url = format!("{scheme}://{operator}:o@{host}");
    let limited = desk.another_with(|builder| builder.operator_url(url));
    let (mut reader, pid) = session(&desk, "psql");
    let user = value(&mut reader, "current_user");
    reader.batch_execute("BEGIN; SELECT * FROM tenant_acme.customers").unwrap();
    let blockers = limited.fleet().blockers(&slug("acme")).unwrap();
    let told: Vec<_> = blockers.iter().map(ToString::to_string).collect();
    let expected = format!("session {pid} (psql of {user}) holds AccessShareLock on tenant_acme.customers");
    assert_eq!(told, [expected]);
    let holder = &blockers[0].holder;
    assert_eq!((&holder.query, holder.in_transaction, &holder.client), (&None, None, &None));
    drop((reader, limited));
    desk.world.sql(&format!("DROP OWNED BY {operator}; DROP ROLE {operator}"));
}

#[test]
fn who_migrates_a_tenant_is_named() {
    let desk = desk();
    desk.write("2026-02-01-000000_email", "ALTER TABLE customers ADD COLUMN email text", None);
    let (mut reader, _) = session(&desk, "psql");
    reader.batch_execute("BEGIN; LOCK tenant_acme.customers IN ACCESS SHARE MODE").unwrap();
    let other = desk.another();
    thread::scope(|scope| {
        let run = scope.spawn(|| desk.migrate());
        until_waiting(&desk, "1");
        let holder = other.fleet().holder(&slug("acme")).unwrap().unwrap();
        assert_eq!(holder.state.as_deref(), Some("active"), "{holder}");
        assert!(holder.pid.is_some() && holder.user.is_some(), "{holder:?}");
        let blockers = other.fleet().blockers(&slug("acme")).unwrap();
        let waiting: Vec<_> = blockers.iter().filter(|blocker| !blocker.granted).collect();
        assert_eq!(waiting.len(), 1, "{blockers:?}");
        assert_eq!(waiting[0].holder.pid, holder.pid);
        reader.batch_execute("COMMIT").unwrap();
        assert!(run.join().unwrap().is_success());
    });
    assert_eq!(other.fleet().holder(&slug("acme")).unwrap(), None);
}

#[test]
fn a_run_over_the_fleet_is_named_with_its_number_in_its_own_database_only() {
    let (desk, elsewhere) = (desk(), Desk::new());
    let (mut runner, pid) = session(&desk, "tenancy migrate run 7 on db-1");
    assert_eq!(desk.tenancy().fleet().running().unwrap(), None);
    runner
        .batch_execute("SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('tenancy.fleet', 0))")
        .unwrap();
    let holder = desk.tenancy().fleet().running().unwrap().unwrap();
    assert_eq!((holder.pid, holder.run), (Some(pid), Some(RunId(7))));
    let (user, told) = (value(&mut runner, "current_user"), holder.to_string());
    let begins = format!("session {pid} (tenancy migrate run 7 on db-1 of {user}, idle for ");
    assert!(told.starts_with(&begins), "{told}");
    assert_eq!(elsewhere.tenancy().fleet().running().unwrap(), None);
    drop(runner);
    desk.world.wait_for(&format!("SELECT count(*) FROM pg_locks WHERE pid = {pid}"), "0");
    assert_eq!(desk.tenancy().fleet().running().unwrap(), None);
}

#[test]
fn a_forgotten_prepared_transaction_is_named() {
    let directory = tempfile::Builder::new().prefix("tenancy-prepared-").tempdir().unwrap();
    // The server may run as another account, which must be able to enter.
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let server = EmbeddedPostgres::builder()
        .data_dir(directory.path().join("server"))
        .database("tenancy")
        .durable(false)
        .setting("max_prepared_transactions", "2")
        .start()
        .unwrap();
    let url = server.url("tenancy");
    let tenancy = Tenancy::builder().database_url(&url).build().unwrap();
    tenancy.init().unwrap();
    tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    let mut conn = PgConnection::establish(&url).unwrap();
    conn.batch_execute("CREATE TABLE tenant_acme.notes ()").unwrap();
    conn.batch_execute("BEGIN; LOCK tenant_acme.notes IN SHARE MODE; PREPARE TRANSACTION 'half-done'")
        .unwrap();
    let user = value(&mut conn, "current_user");
    drop(conn);
    let blockers = tenancy.fleet().blockers(&slug("acme")).unwrap();
    assert_eq!(blockers.len(), 1, "{blockers:?}");
    assert_eq!((blockers[0].holder.pid, blockers[0].holder.prepared.as_deref()), (None, Some("half-done")));
    let told = blockers[0].to_string();
    assert!(told.starts_with(&format!("prepared transaction `half-done` ({user}, open for ")), "{told}");
    assert!(told.ends_with(" holds ShareLock on tenant_acme.notes"), "{told}");
}
