//! What one borrower leaves behind, and that the next one does not get it.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;

use crate::notes::{backend, owners};
use crate::world::{World, try_value, value};

/// `leave` under tenant A; `look` must tell `trapped` on a bare connection, where nothing is cleaned, and
/// `clean` through the guard. Says whether the session survived.
fn crosses(leave: &str, look: &str, trapped: &str, clean: &str) -> bool {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));

    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_acme, public").unwrap();
    bare.batch_execute(leave).unwrap();
    bare.batch_execute("RESET search_path; SET search_path TO tenant_globex, public").unwrap();
    assert_eq!(try_value(&mut bare, look).unwrap_or_else(|_| "error".into()), trapped, "the trap: {leave}");
    drop(bare);

    world.warm(&acme);
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    conn.batch_execute(leave).unwrap();
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_eq!(
        try_value(&mut conn, look).unwrap_or_else(|_| "error".into()),
        clean,
        "through the guard: {leave}"
    );
    assert_eq!(owners(&mut conn), ["globex"]);
    backend(&mut conn) == before
}

#[test]
fn settings() {
    assert!(crosses("SET statement_timeout = '1h'", "current_setting('statement_timeout')", "1h", "0"));
    assert!(crosses(
        "SET default_transaction_read_only = on",
        "current_setting('transaction_read_only')",
        "on",
        "off"
    ));
    assert!(crosses(
        "SET default_transaction_isolation = 'serializable'",
        "current_setting('transaction_isolation')",
        "serializable",
        "read committed"
    ));
    assert!(crosses("SET row_security = off", "current_setting('row_security')", "off", "on"));
    assert!(crosses(
        "SET session_replication_role = replica",
        "current_setting('session_replication_role')",
        "replica",
        "origin"
    ));
    assert!(crosses("SET application_name = 'acme'", "current_setting('application_name')", "acme", ""));
    assert!(crosses(
        "SET app.current_tenant = 'acme'",
        "current_setting('app.current_tenant', true)",
        "acme",
        ""
    ));
}

#[test]
fn the_time_zone_and_encoding_that_diesel_set_survive_the_wipe() {
    let world = World::with(1, |builder| builder.session_default("statement_timeout", "7s"));
    world.sql(
        "ALTER DATABASE CURRENT SET timezone = 'Europe/Berlin'"
            .replace("CURRENT", &value(&mut world.bare(), "quote_ident(current_database())"))
            .as_str(),
    );
    world.kill_all();
    let acme = world.tenant("acme");
    let mut bare = world.bare();
    bare.batch_execute("RESET ALL").unwrap();
    assert_eq!(
        value(&mut bare, "current_setting('TimeZone')"),
        "Europe/Berlin",
        "the trap: RESET ALL undoes Diesel's set-up"
    );
    for _ in 0..3 {
        let mut conn = world.conn(&acme);
        assert_eq!(value(&mut conn, "current_setting('TimeZone')"), "UTC");
        assert_eq!(value(&mut conn, "current_setting('client_encoding')"), "UTF8");
        assert_eq!(value(&mut conn, "current_setting('statement_timeout')"), "7s");
        conn.batch_execute(
            "SET TimeZone = 'Asia/Tokyo'; SET client_encoding = 'LATIN1'; SET statement_timeout = 0",
        )
        .unwrap();
    }
}

#[test]
fn the_role() {
    assert!(crosses("SET ROLE pg_monitor", "current_user = 'pg_monitor'", "true", "false"));
}

#[test]
fn the_session_authorization() {
    assert!(crosses("SET SESSION AUTHORIZATION pg_monitor", "session_user = 'pg_monitor'", "true", "false"));
}

#[test]
fn temporary_tables_that_shadow_a_tenants() {
    assert!(crosses(
        "CREATE TEMP TABLE notes AS SELECT 0 AS id, 'acme temp'::text AS owner, ''::text AS body",
        "SELECT min(owner) FROM notes",
        "acme temp",
        "globex"
    ));
}

#[test]
fn a_temporary_table_does_not_shadow_even_in_its_own_session() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let mut conn = world.conn(&acme);
    conn.batch_execute("CREATE TEMP TABLE notes (id int, owner text, body text)").unwrap();
    assert_eq!(owners(&mut conn), ["acme"], "pg_temp is named last");
}

#[test]
fn last_values_of_sequences() {
    assert!(crosses("SELECT nextval('tenant_acme.notes_id_seq')", "lastval()", "2", "error"));
}

#[test]
fn cursors_with_hold() {
    assert!(crosses(
        "DECLARE c CURSOR WITH HOLD FOR SELECT owner FROM notes",
        "SELECT count(*) FROM pg_cursors WHERE is_holdable",
        "1",
        "0"
    ));
}

#[test]
fn advisory_locks() {
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid <> 1952804465";
    assert!(crosses("SELECT pg_advisory_lock(42)", held, "1", "0"));
}

#[test]
fn channels() {
    assert!(crosses("LISTEN secrets", "SELECT count(*) FROM pg_listening_channels()", "1", "0"));
}

#[test]
fn the_seed_of_random() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let expected = {
        let mut bare = world.bare();
        bare.batch_execute("SELECT setseed(0.5)").unwrap();
        value(&mut bare, "random()")
    };
    world.conn(&acme).batch_execute("SELECT setseed(0.5)").unwrap();
    assert_ne!(value(&mut world.conn(&globex), "random()"), expected);
}

#[test]
fn prepared_statements_of_sql_cost_the_session() {
    let survived = crosses(
        "PREPARE secret AS SELECT 'what acme asked'",
        "SELECT count(*) FROM pg_prepared_statements WHERE from_sql",
        "1",
        "0",
    );
    assert!(!survived, "only DEALLOCATE ALL could remove them, and that would deallocate Diesel's too");
}

#[test]
fn notifications_that_libpq_has_already_queued() {
    let payloads =
        |conn: &mut PgConnection| conn.notifications_iter().map(|n| n.unwrap().payload).collect::<Vec<_>>();
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));

    let mut bare = world.bare();
    bare.batch_execute("LISTEN events; NOTIFY events, 'of acme'").unwrap();
    bare.batch_execute("UNLISTEN *; RESET ALL").unwrap();
    assert_eq!(payloads(&mut bare), ["of acme"], "the trap: they survive every scrub");

    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    conn.batch_execute("LISTEN events; NOTIFY events, 'of acme'").unwrap();
    drop(conn);
    let mut conn = world.conn(&globex);
    assert!(payloads(&mut conn).is_empty());
    assert_eq!(backend(&mut conn), before);
}

#[test]
fn functions_of_a_hostile_schema_do_not_fool_the_gate() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    world.sql(
        "CREATE SCHEMA evil;
         CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
         CREATE FUNCTION evil.pg_advisory_unlock_all() RETURNS void LANGUAGE sql AS $$ SELECT $$;
         CREATE FUNCTION evil.same(text, text) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
         CREATE OPERATOR evil.= (FUNCTION = evil.same, LEFTARG = text, RIGHTARG = text);",
    );
    let mut conn = world.conn(&acme);
    let before = backend(&mut conn);
    conn.batch_execute("SET search_path = evil, pg_catalog; SELECT pg_catalog.pg_advisory_lock(42)").unwrap();
    drop(conn);
    let mut conn = world.conn(&globex);
    assert_ne!(backend(&mut conn), before, "a changed path is found out and costs the session");
    assert_eq!(owners(&mut conn), ["globex"]);
}
