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
    a_canonical_range: "CREATE TYPE r; CREATE FUNCTION public.c(r) RETURNS r LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical'; CREATE TYPE r AS RANGE (SUBTYPE = integer, CANONICAL = public.c)"
        => "type base_template.r", "kind";
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
            "kind",
        );
    }
}

#[test]
fn everything_is_refused_at_once() {
    let refused = refusals(
        "CREATE TABLE public.parent (); CREATE COLLATION german (locale = 'C'); CREATE TABLE p (id integer) INHERITS (public.parent);
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
