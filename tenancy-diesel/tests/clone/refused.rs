//! What a clone would lose is refused by name.

use diesel::connection::SimpleConnection;
use tenancy_diesel::blueprint::{CaptureError, Refusal, capture};

use crate::support::database::Database;
use crate::template::template;

/// What is refused of a template that `sql` makes.
fn refusals(sql: &str) -> Vec<Refusal> {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(
        "DO $$ BEGIN CREATE ROLE tenancy_refused_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         CREATE SCHEMA base_template; SET search_path = base_template, public",
    )
    .unwrap();
    conn.batch_execute(sql).unwrap();
    let refused = match capture(&mut conn, &template()) {
        Err(CaptureError::CannotCarry(refusals)) => refusals,
        other => panic!("{sql} was not refused: {other:?}"),
    };
    // Shared roles must not keep a database's grants alive.
    conn.batch_execute("DROP SCHEMA base_template CASCADE").unwrap();
    refused
}

/// Asserts that exactly one thing is refused, and which.
#[track_caller]
fn refuses(sql: &str, object: &str, reason: &str) {
    let refused = refusals(sql);
    let names: Vec<_> = refused.iter().map(|refusal| refusal.object.as_str()).collect();
    assert_eq!(names, [object], "{refused:#?}");
    assert!(refused[0].reason.contains(reason), "{refused:#?}");
    assert!(!refused[0].remedy.is_empty());
}

macro_rules! refused {
    ($($test:ident: $sql:expr => $object:expr, $reason:expr;)*) => {
        $(#[test] fn $test() { refuses($sql, $object, $reason); })*
    };
}

refused! {
    a_grant_on_a_table: "CREATE TABLE t (id integer); GRANT SELECT ON t TO tenancy_refused_role"
        => "table base_template.t", "grants";
    a_grant_on_a_column: "CREATE TABLE t (id integer); GRANT SELECT (id) ON t TO tenancy_refused_role"
        => "column id of table base_template.t", "grants";
    a_grant_on_the_schema: "GRANT USAGE ON SCHEMA base_template TO tenancy_refused_role"
        => "schema base_template", "grants";
    a_grant_on_a_sequence: "CREATE SEQUENCE s; GRANT USAGE ON SEQUENCE s TO tenancy_refused_role"
        => "sequence base_template.s", "grants";
    a_revoke_on_a_function: "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC"
        => "function base_template.f()", "revokes";
    a_revoke_on_a_type: "CREATE TYPE e AS ENUM ('a'); REVOKE USAGE ON TYPE e FROM PUBLIC"
        => "type base_template.e", "revokes";
    default_privileges: "ALTER DEFAULT PRIVILEGES IN SCHEMA base_template GRANT SELECT ON TABLES TO tenancy_refused_role"
        => "default privileges on new relations belonging to role postgres in schema base_template", "not carried";
    another_owner: "CREATE TABLE t (id integer); ALTER TABLE t OWNER TO tenancy_refused_role"
        => "table base_template.t", "belongs to tenancy_refused_role";
    another_owner_of_a_function: "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER SCHEMA base_template OWNER TO postgres; GRANT CREATE ON SCHEMA base_template TO tenancy_refused_role; ALTER FUNCTION f() OWNER TO tenancy_refused_role; REVOKE ALL ON SCHEMA base_template FROM tenancy_refused_role, postgres; UPDATE pg_namespace SET nspacl = NULL WHERE nspname = 'base_template'"
        => "function base_template.f()", "belongs to tenancy_refused_role";
    inheritance: "CREATE TABLE public.parent (id integer); CREATE TABLE t () INHERITS (public.parent)"
        => "table base_template.t", "inheritance";
    inheritance_from_the_template: "CREATE TABLE t (id integer); CREATE TABLE public.child () INHERITS (t)"
        => "table base_template.t", "inheritance";
    a_partitioned_table: "CREATE TABLE t (id integer PRIMARY KEY) PARTITION BY HASH (id)"
        => "table base_template.t", "partitioned";
    a_partition: "CREATE TABLE public.whole (id integer) PARTITION BY LIST (id); CREATE TABLE t PARTITION OF public.whole (PRIMARY KEY (id)) DEFAULT"
        => "table base_template.t", "partitions";
    a_typed_table: "CREATE TYPE public.row AS (id integer); CREATE TABLE t OF public.row (PRIMARY KEY (id))"
        => "table base_template.t", "of a type";
    a_foreign_table: "CREATE EXTENSION file_fdw SCHEMA public; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE t (id integer DEFAULT 1) SERVER files OPTIONS (filename '/dev/null')"
        => "foreign table base_template.t", "foreign tables";
    an_extension: "CREATE EXTENSION citext SCHEMA base_template" => "extension citext", "extension";
    an_aggregate: "CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer)"
        => "function base_template.total(integer)", "kind";
    an_operator: "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer)"
        => "operator base_template.===(integer,integer)", "kind";
    a_collation: "CREATE COLLATION german (locale = 'C')" => "collation base_template.german", "kind";
    a_text_search_configuration: "CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)"
        => "text search configuration base_template.words", "kind";
    a_conversion: "CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"
        => "conversion base_template.latin", "kind";
    an_operator_family: "CREATE OPERATOR FAMILY fam USING btree"
        => "operator family base_template.fam for access method btree", "kind";
    a_shell_type: "CREATE TYPE later" => "type base_template.later", "kind";
    a_cast: "CREATE TYPE e AS ENUM ('a'); CREATE CAST (integer AS e) WITH INOUT AS ASSIGNMENT"
        => "cast from integer to base_template.e", "casts";
    a_publication_of_a_table: "CREATE TABLE t (id integer); CREATE PUBLICATION p FOR TABLE t"
        => "publication of table base_template.t in publication p", "kind";
    a_publication_of_the_schema: "CREATE PUBLICATION p FOR TABLES IN SCHEMA base_template"
        => "publication of schema base_template in publication p", "kind";
    a_table_of_an_extension: "CREATE EXTENSION hstore SCHEMA public; CREATE TABLE t (id integer); ALTER EXTENSION hstore ADD TABLE t"
        => "extension hstore", "extension";
    what_is_dropped_with_an_extension: "CREATE EXTENSION hstore SCHEMA public; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() DEPENDS ON EXTENSION hstore"
        => "function base_template.f()", "depends on an extension";
    statistics_kept_elsewhere: "CREATE TABLE t (x integer, y integer); CREATE STATISTICS public.s ON x, y FROM t"
        => "statistics object public.s", "kind";
    a_disabled_foreign_key: "CREATE TABLE public.u (id integer PRIMARY KEY); CREATE TABLE t (id integer REFERENCES public.u); ALTER TABLE t DISABLE TRIGGER ALL"
        => "constraint t_id_fkey on table base_template.t", "switched off";
    an_invalid_index: "CREATE TABLE t (id integer); CREATE INDEX i ON t (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass"
        => "index base_template.i", "invalid";
    another_access_method: "CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE t (id integer) USING other"
        => "table base_template.t", "access method";
    a_canonical_range: "CREATE TYPE r; CREATE FUNCTION public.c(r) RETURNS r LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical'; CREATE TYPE r AS RANGE (SUBTYPE = integer, CANONICAL = public.c)"
        => "type base_template.r", "kind";
    statistics_of_a_constraint: "CREATE TABLE t (r int4range, EXCLUDE USING gist ((r * '[1,5)') WITH &&)); ALTER INDEX t_expr_excl ALTER COLUMN 1 SET STATISTICS 5"
        => "column expr of index base_template.t_expr_excl", "statistics target";
    an_identity_that_is_gone: "CREATE TABLE t (id integer NOT NULL); CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i"
        => "table base_template.t", "lost its index";
    an_identity_sequence_that_is_unlogged: "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY); ALTER SEQUENCE t_id_seq SET UNLOGGED"
        => "sequence base_template.t_id_seq", "survives crashes";
}

#[test]
fn everything_is_refused_at_once() {
    let refused = refusals(
        "CREATE COLLATION german (locale = 'C'); CREATE TABLE p (id integer) PARTITION BY LIST (id);
         CREATE TABLE t (id integer); GRANT SELECT ON t TO tenancy_refused_role",
    );
    let names: Vec<_> = refused.iter().map(|refusal| refusal.object.as_str()).collect();
    assert_eq!(names, ["collation base_template.german", "table base_template.p", "table base_template.t"]);
}

#[test]
fn a_missing_template_says_how_to_make_one() {
    let database = Database::fresh();
    let error = capture(&mut database.connect(), &template()).unwrap_err();
    assert!(matches!(error, CaptureError::NoTemplate { .. }));
    assert!(error.to_string().contains("tenancy init"), "{error}");
}
