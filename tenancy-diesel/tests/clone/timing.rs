//! Times, for people: `cargo test -p tenancy-diesel --test clone -- --ignored --nocapture timing`.

use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use tenancy_diesel::blueprint::{capture, fingerprint};

use crate::support::database::Database;
use crate::template::{SUPPORT_DESK, schema, template};

const RUNS: usize = 9;

fn wide(tables: usize) -> String {
    let mut sql = String::from(
        "CREATE SCHEMA base_template; SET search_path = base_template; CREATE TYPE st AS ENUM ('a', 'b');",
    );
    for n in 0..tables {
        let parent = if n == 0 { String::new() } else { format!(" REFERENCES t{}", n - 1) };
        sql += &format!(
            "CREATE TABLE t{n} (id bigserial PRIMARY KEY, a text NOT NULL DEFAULT 'x', b integer CHECK (b > 0), \
             s st NOT NULL DEFAULT 'a', at timestamptz DEFAULT now(), parent bigint{parent}); \
             CREATE INDEX ON t{n} (b); CREATE INDEX ON t{n} (parent);"
        );
    }
    sql + "RESET search_path"
}

/// The best of some runs: what other processes do only ever adds.
fn best(mut run: impl FnMut(usize)) -> Duration {
    let times = (0..RUNS).map(|n| {
        let start = Instant::now();
        run(n);
        start.elapsed()
    });
    times.min().unwrap()
}

fn measure(conn: &mut PgConnection, what: &str) {
    let blueprint = capture(conn, &template()).unwrap();
    let same = best(|_| drop(fingerprint(conn, &template()).unwrap()));
    let after_ddl = (0..RUNS).map(|_| {
        conn.batch_execute("CREATE SCHEMA x; DROP SCHEMA x").unwrap();
        let start = Instant::now();
        fingerprint(conn, &template()).unwrap();
        start.elapsed()
    });
    let after_ddl = after_ddl.min().unwrap();
    let captured = best(|_| drop(capture(conn, &template()).unwrap()));
    let rendered = best(|_| drop(blueprint.render(&schema("tenant_x"))));
    let cloned = best(|n| {
        let script = blueprint.render(&schema(&format!("tenant_{n}")));
        conn.batch_execute(&format!("BEGIN;\n{script}COMMIT")).unwrap();
    });
    let bytes = blueprint.render(&schema("tenant_x")).as_str().len();
    println!(
        "{what}: fingerprint {same:?} (after DDL {after_ddl:?}), capture {captured:?}, \
         render {rendered:?}, clone {cloned:?}, script {bytes} bytes, {} objects",
        blueprint.objects().len()
    );
    if let Ok(path) = std::env::var("TENANCY_SCRIPT") {
        std::fs::write(
            format!("{path}.{}", blueprint.objects().len()),
            blueprint.render(&schema("tenant_psql")).as_str(),
        )
        .unwrap();
    }
}

#[test]
#[ignore = "prints times"]
fn timing() {
    for (what, sql) in [("3 tables", SUPPORT_DESK.to_owned()), ("200 tables", wide(200))] {
        let database = Database::fresh();
        let mut conn = database.connect();
        conn.batch_execute(&sql).unwrap();
        measure(&mut conn, what);
    }
}
