//! Every borrower starts from the same ground: what the database and the role say, whatever was left behind.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::TenantRoles;

use crate::notes::{notes, owners};
use crate::world::{World, value};

/// What a borrower can leave behind, beyond the states that `crossing` and `bad_states` show to be traps.
const LEFT: [&str; 9] = [
    "BEGIN; SET LOCAL search_path = tenant_acme; COMMIT",
    "SET LOCAL search_path = tenant_acme",
    "SELECT set_config('search_path', current_setting('search_path'), false); SET plan_cache_mode = force_generic_plan",
    "DO $$ BEGIN PERFORM set_config('search_path', 'tenant_acme', true); END $$",
    "SET standard_conforming_strings = off; SET bytea_output = escape; SET DateStyle = German",
    "SET tenancy.tenant = 'x'; SET client_min_messages = error; SELECT lo_create(4711)",
    "CREATE TEMP SEQUENCE s; SELECT nextval('s'); CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "BEGIN; SAVEPOINT a; INSERT INTO notes (body) VALUES ('kept'); COMMIT AND CHAIN",
    "CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
];

#[test]
fn whatever_was_left_the_next_tenant_reads_and_writes_its_own() {
    for left in LEFT {
        let world = World::new(1);
        let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
        let ground = |conn: &mut PgConnection| {
            value(
                conn,
                "SELECT string_agg(name || '=' || setting, E'\\n' ORDER BY name) FROM pg_settings WHERE name <> 'search_path'",
            )
        };
        let expected = ground(&mut world.conn(&globex));
        world.conn(&acme).batch_execute(left).unwrap();
        let mut conn = world.conn(&globex);
        assert_eq!(owners(&mut conn), ["globex"], "{left}");
        let path = value(&mut conn, "current_setting('search_path')");
        assert_eq!(path, r#""tenant_globex", "public", pg_temp"#, "{left}");
        assert_eq!(ground(&mut conn), expected, "{left}");
        for _ in 0..2 {
            diesel::insert_into(notes::table).values(notes::body.eq("written")).execute(&mut *conn).unwrap();
        }
        let written = "SELECT count(*) FROM tenant_globex.notes WHERE body = 'written'";
        assert_eq!(value(&mut world.bare(), written), "2", "{left}");
    }
}

#[test]
fn a_role_and_a_path_that_the_database_sets_are_kept_and_harm_nobody() {
    let world = World::with(1, |builder| builder.tenant_roles(TenantRoles::Off));
    let tenants = [world.tenant("acme"), world.tenant("globex")];
    let database = value(&mut world.bare(), "quote_ident(current_database())");
    world.sql(&format!(
        "GRANT USAGE ON SCHEMA tenancy, tenant_acme, tenant_globex TO pg_monitor;
         GRANT ALL ON ALL TABLES IN SCHEMA tenancy, tenant_acme, tenant_globex TO pg_monitor;
         ALTER DATABASE {database} SET search_path = tenant_acme;
         ALTER DATABASE {database} SET role = 'pg_monitor'"
    ));
    let tenancy = world.another(|builder| builder);
    for tenant in tenants.iter().cycle().take(6) {
        let mut conn = tenancy.connect(tenant).unwrap();
        assert_eq!(value(&mut conn, "current_user"), "pg_monitor");
        assert_eq!(owners(&mut conn), [tenant.slug.as_str()]);
    }
}

/// `DEFERRABLE` makes a serializable, read-only transaction wait for those of other sessions.
#[test]
fn characteristics_that_make_transactions_wait_do_not_hold_up_the_gate() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let mut conn = world.conn(&acme);
    let mut writer = world.bare();
    writer
        .batch_execute(
            "BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO tenant_acme.notes (body) VALUES ('x')",
        )
        .unwrap();
    conn.batch_execute(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE",
    )
    .unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_secs(3));
            drop(writer);
        });
        let began = Instant::now();
        drop(conn);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(2), "it waited for another session's transaction: {took:?}");
    });
}
