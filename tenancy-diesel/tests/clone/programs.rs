//! Functions, operators, casts, text search and collations of every form.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::capture;

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{clone, schema, value, values};

const PROGRAMS: &str = include_str!("templates/programs.sql");

fn cloned() -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(PROGRAMS).unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    (database, conn)
}

#[test]
fn every_program_has_the_dump_of_the_template() {
    let (database, mut conn) = cloned();
    // A body is text to pg_dump, so the one that names the template differs where it should.
    assert_same(&database, "base_template", "tenant_acme");
    let script = capture(&mut conn, &schema("tenant_acme")).unwrap().render(&schema("tenant_again"));
    conn.batch_execute(script.as_str()).unwrap();
    assert_same(&database, "base_template", "tenant_again");
}

#[test]
fn every_catalogue_of_programs_holds_what_the_template_has() {
    let (_database, mut conn) = cloned();
    conn.batch_execute("SET search_path = ''").unwrap();
    // PostgreSQL notes that a function could use a transform only when the transform was there first. Routines are
    // compared by the second query.
    let counts = |line: &String| !line.contains(" ON transform ") && !line.starts_with("routine ");
    for sql in [include_str!("catalogues.sql"), include_str!("programs.sql")] {
        let mut lines =
            |schema| values(&mut conn, sql, schema).into_iter().filter(counts).collect::<Vec<_>>();
        let (template, clone) = (lines("base_template"), lines("tenant_acme"));
        let lost: Vec<_> = template.iter().filter(|line| !clone.contains(line)).collect();
        let added: Vec<_> = clone.iter().filter(|line| !template.contains(line)).collect();
        assert!(lost.is_empty() && added.is_empty(), "LOST\n{lost:#?}\nADDED\n{added:#?}");
        assert!(template.len() > 150, "{}", template.len());
    }
}

#[test]
fn what_reaches_a_text_body_through_an_operator_or_a_cast_is_created_under_the_tenants_path() {
    let database = Database::fresh();
    let mut conn = database.connect();
    let version = value(&mut conn, "current_setting('server_version_num')").unwrap();
    let made = conn.batch_execute(
        "CREATE SCHEMA base_template; SET search_path = base_template;
         CREATE TYPE pair AS (x integer);
         CREATE FUNCTION helper(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
         CREATE FUNCTION more(integer, pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT helper($1) + ($2).x';
         CREATE OPERATOR %%% (FUNCTION = more, LEFTARG = integer, RIGHTARG = pair);
         CREATE FUNCTION pair_of(integer) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW(helper($1))::pair';
         CREATE CAST (integer AS pair) WITH FUNCTION pair_of(integer);
         CREATE FUNCTION last(integer) RETURNS integer LANGUAGE sql AS 'SELECT helper($1)';
         CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, FINALFUNC = last);
         CREATE TABLE t (id integer, p pair);
         CREATE INDEX by_operator ON t ((id %%% p));
         CREATE INDEX by_cast ON t ((id::pair));
         CREATE MATERIALIZED VIEW m AS SELECT id %%% p AS x, id::pair AS y FROM t;
         CREATE MATERIALIZED VIEW n AS SELECT total(id) FROM t;
         RESET search_path",
    );
    if version.as_str() >= "170000" {
        // It makes indexes and materialized views under a path of its own: there is no such template.
        let refused = made.unwrap_err().to_string();
        assert_eq!(refused, "function helper(integer) does not exist");
        return;
    }
    made.unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
}
