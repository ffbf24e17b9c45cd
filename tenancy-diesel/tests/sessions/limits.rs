//! What a tenant's sessions are limited to takes effect, and is gone for the next tenant.

use std::num::NonZeroU32;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tenancy_diesel::{Error, Limits, PoolSettings, SizeLimit, Tenancy, TimeLimit};

use crate::notes::{owners, slug};
use crate::world::{World, try_value, value};

fn time(text: &str) -> Option<TimeLimit> {
    Some(text.parse().unwrap())
}

fn size(text: &str) -> Option<SizeLimit> {
    Some(text.parse().unwrap())
}

/// A pool of one connection, so that whatever stays, the next tenant gets.
fn world() -> World {
    let world = World::new(1);
    world.tenant("acme");
    world.tenant("globex");
    world
}

impl World {
    fn limit(&self, limits: Limits) {
        let tenant = self.tenancy.registry().set_limits(&slug("acme"), &limits).unwrap();
        assert_eq!(tenant.limits, limits);
        assert_eq!(self.find("acme").limits, limits);
    }
}

fn in_force(conn: &mut PgConnection) -> Vec<String> {
    Limits::SETTINGS.map(|name| value(conn, &format!("current_setting('{name}')"))).to_vec()
}

#[test]
fn every_limit_holds_for_its_tenant_and_for_nobody_else() {
    let world = world();
    let ground = in_force(&mut world.conn(&world.find("globex")));
    let limits = Limits {
        connections: NonZeroU32::new(3),
        statement_timeout: time("5s"),
        lock_timeout: time("500ms"),
        idle_in_transaction_session_timeout: time("1min"),
        work_mem: size("1MB"),
        temp_file_limit: size("2MB"),
    };
    world.limit(limits);
    for _ in 0..2 {
        let own = in_force(&mut world.conn(&world.find("acme")));
        assert_eq!(own, ["5s", "500ms", "1min", "1MB", "2MB"]);
        assert_eq!(in_force(&mut world.conn(&world.find("globex"))), ground);
    }
    world.limit(Limits::default());
    assert_eq!(in_force(&mut world.conn(&world.find("acme"))), ground);
}

#[test]
fn what_all_tenants_are_limited_to_holds_after_every_gate_and_a_tenants_own_goes_before_it() {
    let all = Limits { statement_timeout: time("30s"), work_mem: size("2MB"), ..Limits::default() };
    let world = World::with(1, |builder| builder.limits(all));
    let globex = world.tenant("globex");
    world.tenant("acme");
    world.limit(Limits { statement_timeout: Some(TimeLimit::NONE), ..Limits::default() });
    for _ in 0..2 {
        assert_eq!(in_force(&mut world.conn(&world.find("acme")))[..1], ["0"]);
        let mut conn = world.conn(&globex);
        let said = in_force(&mut conn);
        assert_eq!((said[0].as_str(), said[3].as_str()), ("30s", "2MB"));
        conn.batch_execute("SET statement_timeout = 0; SET work_mem = '1GB'").unwrap();
    }
}

#[test]
fn a_statement_that_takes_too_long_is_stopped_and_the_session_lives() {
    let world = world();
    world.limit(Limits { statement_timeout: time("100ms"), ..Limits::default() });
    let acme = world.find("acme");
    let mut conn = world.conn(&acme);
    let pid = value(&mut conn, "pg_backend_pid()");
    let error = conn.batch_execute("SELECT pg_sleep(10)").unwrap_err();
    assert!(error.to_string().contains("statement timeout"), "{error}");
    drop(conn);
    let mut conn = world.conn(&world.find("globex"));
    assert_eq!(value(&mut conn, "pg_backend_pid()"), pid);
    conn.batch_execute("SELECT pg_sleep(0.3)").unwrap();
}

#[test]
fn a_lock_is_not_waited_for_longer_than_allowed() {
    let world = world();
    world.limit(Limits { lock_timeout: time("100ms"), ..Limits::default() });
    let mut other = world.bare();
    other.batch_execute("BEGIN; LOCK TABLE tenant_acme.notes").unwrap();
    let error = world.conn(&world.find("acme")).batch_execute("DELETE FROM notes").unwrap_err();
    assert!(error.to_string().contains("lock timeout"), "{error}");
}

#[test]
fn a_session_that_idles_in_a_transaction_is_ended_and_the_pool_heals() {
    let world = world();
    world.limit(Limits { idle_in_transaction_session_timeout: time("100ms"), ..Limits::default() });
    let acme = world.find("acme");
    let mut conn = world.conn(&acme);
    let pid = value(&mut conn, "pg_backend_pid()");
    let idle = conn.transaction(|conn| {
        conn.batch_execute("DELETE FROM notes")?;
        world.wait_for(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
        try_value(conn, "1")
    });
    assert!(
        matches!(idle, Err(DieselError::DatabaseError(..) | DieselError::BrokenTransactionManager)),
        "{idle:?}"
    );
    drop(conn);
    assert_eq!(owners(&mut world.conn(&world.find("globex"))), ["globex"]);
    assert_eq!(owners(&mut world.conn(&acme)), ["acme"], "the deletion was rolled back");
    assert_eq!(world.tenancy.pool_state().lent, 0);
}

#[test]
fn temporary_files_are_limited() {
    let world = world();
    world.limit(Limits { work_mem: size("64kB"), temp_file_limit: size("1MB"), ..Limits::default() });
    let sort = "SELECT n FROM generate_series(1, 200000) n ORDER BY md5(n::text)";
    let error = world.conn(&world.find("acme")).batch_execute(sort).unwrap_err();
    assert!(error.to_string().contains("temp_file_limit"), "{error}");
    world.conn(&world.find("globex")).batch_execute(sort).unwrap();
}

#[test]
fn a_value_that_postgresql_refuses_changes_nothing() {
    let world = world();
    let limits = Limits { statement_timeout: time("5s"), ..Limits::default() };
    world.limit(limits);
    let refused = Limits { work_mem: size("1kB"), connections: NonZeroU32::new(1), ..Limits::default() };
    let error = world.tenancy.registry().set_limits(&slug("acme"), &refused).unwrap_err();
    assert!(matches!(&error, Error::LimitRefused { setting, .. } if setting == "work_mem"), "{error}");
    let tenant = world.tenancy.registry().find_by_slug(&slug("acme")).unwrap();
    assert_eq!(tenant.limits, limits);
    let unknown = world.tenancy.registry().set_limits(&slug("nobody"), &limits).unwrap_err();
    assert!(matches!(unknown, Error::UnknownTenant(_)), "{unknown}");
}

#[test]
fn a_default_that_the_login_may_not_set_says_what_helps() {
    let world = world();
    let login = format!("limited_{}", std::process::id());
    world.sql(&format!("CREATE ROLE {login} LOGIN PASSWORD 'x'"));
    let (_, place) = world.url().rsplit_once('@').unwrap();
    let tenancy = Tenancy::builder()
        .database_url(format!("postgres://{login}:x@{place}"))
        .pool(PoolSettings {
            max_size: 1,
            connection_timeout: Duration::from_millis(500),
            ..PoolSettings::default()
        })
        .limits(Limits { temp_file_limit: size("1GB"), ..Limits::default() })
        .build()
        .unwrap();
    let error = tenancy.connect(&world.find("acme")).unwrap_err();
    assert!(error.to_string().contains("GRANT SET ON PARAMETER \"temp_file_limit\""), "{error}");
    drop(tenancy);
    world.sql(&format!("DROP ROLE {login}"));
}

#[test]
fn settings_that_somebody_added_by_hand_stay_and_are_set() {
    let world = world();
    world.sql("UPDATE tenancy.tenants SET session_settings = ARRAY['DateStyle', 'German', 'work_mem', '4096'] WHERE slug = 'acme'");
    let tenancy = world.another(|builder| builder);
    assert_eq!(tenancy.tenant(&slug("acme")).unwrap().limits.work_mem, size("4MB"));
    world.limit(Limits { statement_timeout: time("5s"), ..Limits::default() });
    let mut conn = world.conn(&world.find("acme"));
    assert_eq!(value(&mut conn, "current_setting('DateStyle')"), "German, DMY");
    assert_eq!(in_force(&mut conn)[..1], ["5s"]);
    assert_eq!(in_force(&mut conn)[3], value(&mut world.bare(), "current_setting('work_mem')"));
}
