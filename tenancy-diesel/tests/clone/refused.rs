//! What a clone would lose is refused by name.

use diesel::connection::SimpleConnection;
use tenancy_diesel::blueprint::{CaptureError, Refusal, capture};

use crate::support::database::Database;
use crate::template::{template, value};

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
    a_child_of_a_table_outside: "CREATE TABLE public.parent (id integer); CREATE TABLE t () INHERITS (public.parent)"
        => "table base_template.t", "inherits from public.parent";
    a_child_outside: "CREATE TABLE t (id integer); CREATE TABLE public.child () INHERITS (t)"
        => "table base_template.t", "child public.child stands outside";
    a_partition_of_a_table_outside: "CREATE TABLE public.whole (id integer) PARTITION BY LIST (id); CREATE INDEX ON public.whole (id); CREATE TABLE t PARTITION OF public.whole (PRIMARY KEY (id)) DEFAULT"
        => "table base_template.t", "partition of public.whole";
    a_partition_outside: "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TABLE t (id integer PRIMARY KEY) PARTITION BY LIST (id); CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION public.f(); CREATE TABLE public.part PARTITION OF t DEFAULT"
        => "table base_template.t", "partition public.part stands outside";
    inherited_columns_behind_own_ones: "CREATE TABLE p (id integer); CREATE TABLE c (own integer) INHERITS (p); ALTER TABLE p ADD COLUMN late integer"
        => "table base_template.c", "behind its own";
    parents_that_disagree: "CREATE TABLE p (id integer); CREATE TABLE q (id integer); CREATE TABLE c () INHERITS (p, q); ALTER TABLE ONLY p ALTER id SET DEFAULT 1; ALTER TABLE ONLY q ALTER id SET DEFAULT 2"
        => "column id of table base_template.c", "disagree";
    a_foreign_key_that_a_partition_does_not_enforce: "CREATE TABLE public.u (id integer PRIMARY KEY); CREATE TABLE t (id integer REFERENCES public.u) PARTITION BY LIST (id); CREATE TABLE t1 PARTITION OF t DEFAULT; ALTER TABLE t1 DISABLE TRIGGER ALL"
        => "constraint t_id_fkey on table base_template.t1", "switched off";
    a_deferrable_key_that_is_not_enforced: "CREATE TABLE t (id integer PRIMARY KEY DEFERRABLE); ALTER TABLE t DISABLE TRIGGER ALL"
        => "constraint t_pkey on table base_template.t", "switched off";
    a_foreign_table: "CREATE EXTENSION file_fdw SCHEMA public; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE t (id integer DEFAULT 1) SERVER files OPTIONS (filename '/dev/null')"
        => "foreign table base_template.t", "foreign tables";
    an_extension: "CREATE EXTENSION citext SCHEMA base_template" => "extension citext", "extension";
    a_publication_of_a_table: "CREATE TABLE t (id integer); CREATE PUBLICATION p FOR TABLE t"
        => "publication of table base_template.t in publication p", "published";
    an_event_trigger_that_calls_the_template: "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER refused_trigger ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION f()"
        => "event trigger refused_trigger", "whole database";
    an_access_method_that_calls_the_template: "CREATE FUNCTION h(internal) RETURNS index_am_handler LANGUAGE internal AS 'bthandler'; CREATE ACCESS METHOD refused_method TYPE INDEX HANDLER h"
        => "access method refused_method", "whole database";
    a_canonical_function_outside: "CREATE TYPE r; CREATE FUNCTION public.c(r) RETURNS r LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical'; CREATE TYPE r AS RANGE (SUBTYPE = integer, CANONICAL = public.c)"
        => "type base_template.r", "another schema";
    a_base_type: "CREATE TYPE b; CREATE FUNCTION b_in(cstring) RETURNS b LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; CREATE FUNCTION b_out(b) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; CREATE TYPE b (INPUT = b_in, OUTPUT = b_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4)"
        => "type base_template.b", "written in C";
    a_shell_operator: "CREATE FUNCTION f(integer, boolean) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR <<<>>> (FUNCTION = f, LEFTARG = integer, RIGHTARG = boolean, COMMUTATOR = >>><<<)"
        => "operator base_template.>>><<<(boolean,integer)", "never created";
    a_cast_between_types_outside: "CREATE TYPE public.x AS (a integer); CREATE FUNCTION f(integer) RETURNS public.x LANGUAGE sql AS 'SELECT ROW(1)::public.x'; CREATE CAST (integer AS public.x) WITH FUNCTION f(integer)"
        => "cast from integer to public.x", "types outside";
    a_transform_of_a_type_outside: "CREATE TYPE public.x AS (a integer); CREATE FUNCTION f(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'prsd_lextype'; CREATE TRANSFORM FOR public.x LANGUAGE sql (FROM SQL WITH FUNCTION f(internal))"
        => "transform for public.x language sql", "a type outside";
    an_operator_of_a_family_outside: "CREATE OPERATOR FAMILY public.fam USING btree; CREATE FUNCTION f(integer, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE OPERATOR <<<> (FUNCTION = f, LEFTARG = integer, RIGHTARG = bigint); ALTER OPERATOR FAMILY public.fam USING btree ADD OPERATOR 1 <<<> (integer, bigint)"
        => "operator 1 (integer, bigint) of operator family public.fam for access method btree: base_template.<<<>(integer,bigint)", "types outside";
    a_function_of_a_family_outside: "CREATE OPERATOR FAMILY public.fam USING btree; CREATE FUNCTION f(integer, bigint) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; ALTER OPERATOR FAMILY public.fam USING btree ADD FUNCTION 1 (integer, bigint) f(integer, bigint)"
        => "function 1 (integer, bigint) of operator family public.fam for access method btree: base_template.f(integer,bigint)", "types outside";
    a_bound_body_with_a_parameter_without_a_name: "CREATE FUNCTION f(integer, OUT x integer) LANGUAGE sql RETURN $1"
        => "function base_template.f(integer)", "has no name";
    a_label_without_its_provider: "CREATE TABLE t (id integer); INSERT INTO pg_seclabel VALUES ('t'::regclass, 'pg_class'::regclass, 1, 'nobody', 'secret')"
        => "column id of table base_template.t", "security label";
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
    an_identity_that_is_gone: "CREATE TABLE t (id integer NOT NULL); CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i"
        => "table base_template.t", "lost its index";
}

#[test]
fn a_publication_of_the_schema() {
    let version = value(&mut Database::fresh().connect(), "current_setting('server_version_num')");
    // There is none before.
    if version.unwrap().parse::<u32>().unwrap() >= 150_000 {
        refuses(
            "CREATE PUBLICATION p FOR TABLES IN SCHEMA base_template",
            "publication of schema base_template in publication p",
            "published",
        );
    }
}

#[test]
fn everything_is_refused_at_once() {
    let refused = refusals(
        "CREATE TABLE t (id integer); CREATE PUBLICATION p FOR TABLE t; CREATE EXTENSION citext SCHEMA base_template;
         CREATE TYPE r; CREATE FUNCTION public.c(r) RETURNS r LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
         CREATE TYPE r AS RANGE (SUBTYPE = integer, CANONICAL = public.c)",
    );
    let names: Vec<_> = refused.iter().map(|refusal| refusal.object.as_str()).collect();
    assert_eq!(
        names,
        ["extension citext", "publication of table base_template.t in publication p", "type base_template.r"]
    );
}

#[test]
fn a_missing_template_says_how_to_make_one() {
    let database = Database::fresh();
    let error = capture(&mut database.connect(), &template()).unwrap_err();
    assert!(matches!(error, CaptureError::NoTemplate { .. }));
    assert!(error.to_string().contains("tenancy init"), "{error}");
}
