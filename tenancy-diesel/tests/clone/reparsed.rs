//! Expressions that PostgreSQL does not read back as what it wrote, and functions that run while a clone is made.

use diesel::connection::SimpleConnection as _;
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::script::Script;
use tenancy_diesel::blueprint::capture;

use crate::support::database::Database;
use crate::support::dump;
use crate::template::{clone, schema, template, value};

fn cloned(sql: &str) -> Database {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(&format!(
        "CREATE SCHEMA base_template; SET search_path TO base_template, public; {sql}"
    ))
    .unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    dump::assert_same(&database, "base_template", "tenant_acme");
    database
}

#[test]
fn an_array_whose_cast_the_parser_would_hand_down_stays_as_it_is() {
    cloned(
        "CREATE TYPE mood AS ENUM ('sad', 'ok');
         CREATE TABLE notes (state varchar(20), other bpchar, size bigint, mood mood,
             CHECK (state IN ('open', 'it''s ]')), CHECK (state NOT IN ('a', 'b') AND other IN ('x', 'y')),
             CHECK (size = ANY (ARRAY[1, 2])), CHECK (size IN (1, 3000000000)), CHECK (mood IN ('sad', 'ok')),
             CHECK (state LIKE ANY (ARRAY['a%', 'b%'])));
         CREATE INDEX busy ON notes (size) WHERE state IN ('open', 'closed');
         CREATE VIEW open AS SELECT * FROM notes WHERE state IN ('open', 'closed') AND size IN (1, 2);
         CREATE POLICY few ON notes USING (state IN ('open', 'closed'));",
    );
}

#[test]
fn conditions_that_the_grammar_would_flatten_stay_nested() {
    cloned(
        "CREATE TABLE spans (a int, b int, c int, t text,
             CHECK (a BETWEEN 1 AND 2 AND b > 0), CHECK (a BETWEEN SYMMETRIC 2 AND 1 OR b > 0 OR c > 0),
             CHECK ((a, b) = (1, 2) AND c = 3), CHECK (a NOT BETWEEN 1 AND 2 OR t = '((a AND b) AND c)'),
             CHECK (CASE WHEN a BETWEEN 1 AND 2 AND b BETWEEN 3 AND 4 AND c > 0 THEN true ELSE a > b END));
         CREATE INDEX few ON spans (a) WHERE a BETWEEN 1 AND 2 AND b BETWEEN 1 AND 3 AND c IS NOT NULL;
         CREATE VIEW sums AS SELECT a, sum(b) OVER (ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s
             FROM spans WHERE a BETWEEN 1 AND 2 AND (b BETWEEN 2 AND 3 OR c BETWEEN 4 AND 5 OR t = 'x');
         CREATE FUNCTION f(a int) RETURNS boolean LANGUAGE sql BEGIN ATOMIC
             SELECT a BETWEEN 1 AND 2 AND a <> 3; END;",
    );
}

/// The function's text calls another by its bare name, which only the tenant's path resolves.
#[test]
fn a_function_that_an_index_and_a_materialized_view_run_finds_what_it_calls() {
    let database = Database::fresh();
    let mut conn = database.connect();
    // Since PostgreSQL 17 indexes and materialized views are computed under a path of their own, so there is no such
    // template.
    let version = value(&mut conn, "current_setting('server_version_num')").unwrap();
    if version.parse::<u32>().unwrap() >= 170_000 {
        return;
    }
    conn.batch_execute(
        "CREATE FUNCTION public.nothing() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
         CREATE SCHEMA base_template; SET search_path TO base_template, public;
         CREATE FUNCTION least_of() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT nothing() - 1';
         CREATE FUNCTION positive(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > nothing() AND $1 > least_of()';
         CREATE FUNCTION doubled(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
             'BEGIN RETURN CASE WHEN positive(a) THEN 2 * a END; END';
         CREATE TABLE notes (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (doubled(id)) STORED, CHECK (positive(id)),
             EXCLUDE USING btree (doubled(id) WITH =) WHERE (positive(id)));
         CREATE INDEX positives ON notes (doubled(id)) WHERE positive(id);
         CREATE MATERIALIZED VIEW doubles AS SELECT doubled(n) AS twice FROM generate_series(1, 3) n WHERE positive(n);",
    )
    .unwrap();
    let blueprint = capture(&mut conn, &template()).unwrap();
    let acme = schema("tenant_acme");
    let path = SharedSchemas::default().search_path(&acme);
    let script = blueprint.render_granting(&acme, &path, &Script::default());
    conn.batch_execute(&format!("BEGIN; {script} COMMIT"))
        .unwrap_or_else(|error| panic!("{error}\n{script}"));
    dump::assert_same(&database, "base_template", "tenant_acme");
    assert_eq!(value(&mut conn, "SELECT sum(twice) FROM tenant_acme.doubles").as_deref(), Some("12"));
    // The path is the script's only where it must be.
    assert_eq!(script.as_str().matches(r#"path TO "tenant_acme""#).count(), 5, "{script}");
}
