use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{PgConnection, sql_query};
use tenancy_diesel::{NewTenant, Tenancy};

use crate::dice::Dice;
use crate::fragile_server::{FragileServer, kill};

/// So many sign-ups are interrupted; more with `TENANCY_CRASHES`. Each needs a start of the server.
pub(crate) fn crashes() -> usize {
    std::env::var("TENANCY_CRASHES").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Tables of the template; a clone should last long enough to be hit in the middle.
pub(crate) const TABLES: usize = 30;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

#[derive(QueryableByName, Debug)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

pub(crate) fn number(conn: &mut PgConnection, sql: &str) -> i64 {
    sql_query(sql).get_result::<Number>(conn).unwrap().number
}

pub(crate) fn template() -> String {
    let mut sql = "CREATE SCHEMA base_template; SET search_path TO base_template; \
                   CREATE TYPE mood AS ENUM ('sad', 'ok'); \
                   CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        .to_owned();
    for n in 0..TABLES {
        let parent = n.saturating_sub(1);
        write!(
            sql,
            "CREATE TABLE t{n} (id bigserial PRIMARY KEY, mood mood DEFAULT 'ok', parent bigint REFERENCES t{parent}); \
             CREATE INDEX ON t{n} (mood); CREATE TRIGGER touch BEFORE UPDATE ON t{n} EXECUTE FUNCTION touch();"
        )
        .unwrap();
    }
    sql
}

pub(crate) fn tenancy(server: &FragileServer) -> Tenancy {
    Tenancy::builder().database_url(server.url()).build().unwrap()
}

/// Kills what serves the sign-up, or all of the server.
pub(crate) fn strike(server: &FragileServer, watcher: &mut PgConnection, dice: &mut Dice) {
    let cloning: Option<Backend> = sql_query(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() \
         AND backend_type = 'client backend' AND state = 'active' LIMIT 1",
    )
    .get_result(watcher)
    .optional()
    .unwrap();
    match cloning {
        // One backend that dies takes all sessions along: the postmaster starts anew by itself.
        Some(backend) if dice.roll(2) == 0 => kill(backend.pid.unsigned_abs()),
        _ => kill(server.postmaster()),
    }
}

/// What the catalogues say about a schema, but for its name and the rights of its tenant.
pub(crate) fn structure(conn: &mut PgConnection, schema: &str) -> Vec<String> {
    let sql = format!(
        "SELECT format('%s %s %s %s', c.relkind, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)) AS line
           FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
          WHERE c.relnamespace = '{schema}'::regnamespace
         UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = '{schema}'::regnamespace
         UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
          WHERE NOT t.tgisinternal AND c.relnamespace = '{schema}'::regnamespace
         UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = '{schema}'::regnamespace
         UNION ALL SELECT format('%s %s', t.typname, e.enumlabel) FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
          WHERE t.typnamespace = '{schema}'::regnamespace
         ORDER BY 1"
    );
    let lines: Vec<Line> = sql_query(sql).load(conn).unwrap();
    lines.into_iter().filter_map(|line| line.line).map(|line| line.replace(schema, "base_template")).collect()
}

#[test]
fn a_server_that_dies_in_the_middle_leaves_a_whole_tenant_or_nothing() {
    let crashes = crashes();
    let mut dice = Dice::seeded_by("TENANCY_CRASH_SEED");
    let mut server = FragileServer::start();
    server.connect().batch_execute(&template()).unwrap();
    tenancy(&server).init().unwrap();
    let expected = structure(&mut server.connect(), "base_template");
    assert!(expected.len() > TABLES * 5);
    // Each by a process that knows nothing of the template yet, as those below.
    let create = |slug: &str| {
        tenancy(&server).provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
    };
    create("first");
    let began = Instant::now();
    create("second");
    let usual = began.elapsed();
    let (mut whole, mut nothing) = (vec!["first".to_owned(), "second".to_owned()], 0);
    for n in 0..crashes {
        let slug = format!("t{n}");
        let tenancy = tenancy(&server);
        let mut watcher = server.connect();
        let delay = Duration::from_micros(dice.roll(usual.as_micros() as usize * 3 / 2) as u64);
        let created = thread::scope(|scope| {
            let sign_up =
                scope.spawn(|| tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())));
            thread::sleep(delay);
            strike(&server, &mut watcher, &mut dice);
            sign_up.join().unwrap()
        });
        drop(tenancy);
        server.start_again();
        let mut conn = server.connect();
        let there = number(
            &mut conn,
            &format!(
                "SELECT count(*) AS number FROM tenancy.tenants WHERE slug = '{slug}' AND status = 'active'"
            ),
        );
        // Whoever was told that the tenant is there, has it; whoever was told nothing may have it, too.
        assert!(there == 1 || created.is_err(), "{slug}: it was there, and is lost");
        if there == 1 {
            assert_eq!(structure(&mut conn, &format!("tenant_{slug}")), expected, "{slug}");
            whole.push(slug);
        } else {
            nothing += 1;
        }
        let rows = number(&mut conn, "SELECT count(*) AS number FROM tenancy.tenants");
        let schemas =
            number(&mut conn, r"SELECT count(*) AS number FROM pg_namespace WHERE nspname LIKE 'tenant\_%'");
        let roles = number(
            &mut conn,
            r"SELECT count(*) AS number FROM pg_roles WHERE rolname ~ '^tenant_[0-9a-f]{32}$'",
        );
        assert_eq!(
            (rows, schemas, roles),
            (whole.len() as i64, whole.len() as i64, whole.len() as i64),
            "{n}"
        );
    }
    eprintln!("{} tenants are whole, of {nothing} there is nothing; a clone takes {usual:?}", whole.len());
    // The dice would have to be loaded for all of them to end alike.
    assert!(nothing > 0 && whole.len() > 2, "nothing was hit in the middle");
    // What was interrupted is in nobody's way.
    let tenancy = tenancy(&server);
    for n in 0..crashes {
        let slug = format!("t{n}");
        if !whole.contains(&slug) {
            tenancy.provisioner().create(&NewTenant::new(slug.parse().unwrap())).unwrap();
        }
    }
    let tenants = number(&mut server.connect(), "SELECT count(*) AS number FROM tenancy.tenants");
    assert_eq!(tenants, crashes as i64 + 2);
}
