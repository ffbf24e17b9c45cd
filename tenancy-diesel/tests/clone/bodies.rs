//! Functions whose bodies and settings name the template.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::{self, capture};

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{clone, schema, template, value};

/// A template with a table, and whatever `sql` makes in it.
fn database(sql: &str) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE SCHEMA base_template; SET search_path = base_template;
         CREATE TABLE t (id integer, note text); INSERT INTO t VALUES (1, 'of the template')",
    )
    .unwrap();
    conn.batch_execute(sql).unwrap();
    conn.batch_execute("RESET search_path").unwrap();
    (database, conn)
}

fn doubts(conn: &mut PgConnection) -> Vec<String> {
    let blueprint = capture(conn, &template()).unwrap();
    blueprint.doubts().into_iter().map(|(object, doubt)| format!("{}: {doubt}", object.name)).collect()
}

const BODIES: &str = r#"
CREATE TYPE mood AS ENUM ('base_template');
CREATE OPERATOR public.=== (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer);
CREATE FUNCTION in_sql() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM BASE_template.t';
CREATE FUNCTION in_plpgsql(OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    r base_template.t%ROWTYPE; -- base_template.t
    n base_template . "t" . id%TYPE;
BEGIN
    FOR i IN 1..base_template.in_sql() LOOP
        SELECT * INTO r FROM "base_template".t;
        answer := r.note || E' it\'s $body$';
    END LOOP;
END $$;
CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = base_template, pg_temp
    AS 'SELECT count(*) FROM t';
CREATE FUNCTION with_user() RETURNS text LANGUAGE plpgsql SET search_path = "$user", base_template, "Base_Template" SET work_mem = '8MB'
    AS 'BEGIN RETURN current_setting(''search_path''); END';
CREATE FUNCTION of_body() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO base_template.t VALUES (OLD.id + 1); RETURN OLD; END';
CREATE TRIGGER of_body BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION of_body();
"#;

#[test]
fn a_body_reaches_into_the_clone_where_it_reached_into_the_template() {
    let (_database, mut conn) = database(BODIES);
    clone(&mut conn, "tenant_acme").unwrap();
    assert_eq!(doubts(&mut conn), [] as [String; 0]);
    conn.batch_execute("INSERT INTO tenant_acme.t VALUES (1, 'of acme'), (2, 'of acme')").unwrap();
    assert_eq!(value(&mut conn, "SELECT tenant_acme.in_sql()").as_deref(), Some("2"));
    assert_eq!(value(&mut conn, "SELECT tenant_acme.in_plpgsql()").as_deref(), Some("of acme it's $body$"));
    assert_eq!(value(&mut conn, "SELECT tenant_acme.definer()").as_deref(), Some("2"));
    assert_eq!(
        value(&mut conn, "SELECT tenant_acme.with_user()").as_deref(),
        Some(r#""$user", tenant_acme, "Base_Template""#)
    );
    conn.batch_execute("DELETE FROM tenant_acme.t WHERE id = 2").unwrap();
    assert_eq!(value(&mut conn, "SELECT max(id) FROM tenant_acme.t").as_deref(), Some("3"));
    assert_eq!(value(&mut conn, "SELECT count(*) FROM base_template.t").as_deref(), Some("1"));
}

#[test]
fn nothing_but_the_qualification_changes_in_a_body() {
    let (_database, mut conn) = database(BODIES);
    clone(&mut conn, "tenant_acme").unwrap();
    let body = |conn: &mut PgConnection, schema: &str| {
        value(conn, &format!("SELECT prosrc FROM pg_proc WHERE oid = '{schema}.in_plpgsql()'::regprocedure"))
            .unwrap()
    };
    let expected = body(&mut conn, "base_template")
        .replace("r base_template.t", "r tenant_acme.t")
        .replace("base_template . ", "tenant_acme . ")
        .replace("base_template.in_sql", "tenant_acme.in_sql")
        .replace("\"base_template\"", "\"tenant_acme\"");
    assert_eq!(body(&mut conn, "tenant_acme"), expected);
    assert!(expected.contains("-- base_template.t"));
}

#[test]
fn a_clone_of_a_clone_means_itself() {
    let (database, mut conn) = database(BODIES);
    clone(&mut conn, "tenant_acme").unwrap();
    let script = capture(&mut conn, &schema("tenant_acme")).unwrap().render(&schema("tenant_again"));
    conn.batch_execute(script.as_str()).unwrap();
    assert_eq!(value(&mut conn, "SELECT tenant_again.in_sql()").as_deref(), Some("0"));
    assert_same(&database, "tenant_acme", "tenant_again");
}

#[test]
fn what_cannot_be_decided_is_left_and_told() {
    let (_database, mut conn) = database(
        "CREATE FUNCTION aliased() RETURNS bigint LANGUAGE sql AS $$
             SELECT count(base_template.id)
             FROM t AS base_template $$;
         CREATE FUNCTION dynamic() RETURNS bigint LANGUAGE plpgsql AS $$
         DECLARE n bigint;
         BEGIN
             EXECUTE 'SELECT count(*) FROM base_template.t' INTO n;
             RETURN n;
         END $$;
         CREATE FUNCTION setting() RETURNS integer LANGUAGE sql SET app.home = 'base_template' AS 'SELECT 1';
         CREATE FUNCTION parameter(base_template t) RETURNS integer LANGUAGE sql AS 'SELECT base_template.id';
         CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
         CREATE TEXT SEARCH DICTIONARY thesaurus (TEMPLATE = thesaurus, DICTFILE = thesaurus_sample, DICTIONARY = 'base_template.plain');
         CREATE FUNCTION my_base_template_2() RETURNS text LANGUAGE sql AS $$ SELECT 'my_base_template_2' -- base_template $$",
    );
    let told = doubts(&mut conn);
    let places: Vec<_> = told.iter().map(|doubt| doubt.rsplit_once("`: ").unwrap().0).collect();
    assert_eq!(
        places,
        [
            "base_template.aliased(): line 2: `SELECT count(base_template.id)",
            "base_template.aliased(): line 3: `FROM t AS base_template",
            "base_template.dynamic(): line 4: `EXECUTE 'SELECT count(*) FROM base_template.t' INTO n;",
            "base_template.parameter(base_template.t): line 1: `SELECT base_template.id",
            "base_template.setting(): `SET app.home TO 'base_template'",
            "thesaurus: `dictfile = 'thesaurus_sample', dictionary = 'base_template.plain'",
        ],
        "{told:#?}"
    );
    clone(&mut conn, "tenant_acme").unwrap();
    assert_eq!(value(&mut conn, "SELECT tenant_acme.dynamic()").as_deref(), Some("1"));
    assert_eq!(value(&mut conn, "SELECT tenant_acme.parameter(ROW(7, ''))").as_deref(), Some("7"));
}

/// A literal outside of functions is the same text in every clone; only a constant of a type such as `regclass` follows.
#[test]
fn texts_outside_of_functions_that_name_the_template_are_told() {
    let (_database, mut conn) = database(
        "CREATE SEQUENCE numbers; CREATE SEQUENCE bound; CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
         CREATE TABLE parts (id bigint DEFAULT nextval('base_template.numbers'::text), other bigint DEFAULT nextval('base_template.bound'),
             note text DEFAULT 'base_template', found tsvector, CHECK (note <> 'base_template.x'));
         CREATE TRIGGER words BEFORE INSERT ON parts FOR EACH ROW
             EXECUTE FUNCTION tsvector_update_trigger(found, 'base_template.words', note);
         CREATE VIEW v AS SELECT to_regclass('base_template.parts') AS r, 'base_template.bound'::regclass AS s;
         CREATE POLICY p ON parts USING (note = 'base_template.y'); CREATE INDEX i ON parts ((note || 'base_template.z'));",
    );
    let found = blueprint::doubts(&mut conn, &template()).unwrap();
    let objects: Vec<_> = found.iter().map(|undecided| undecided.object.as_str()).collect();
    assert_eq!(
        objects,
        [
            "constraint parts_note_check on table base_template.parts",
            "default value for column id of table base_template.parts",
            "index base_template.i",
            "policy p on table base_template.parts",
            "rule _RETURN on view base_template.v",
            "trigger words on table base_template.parts",
        ]
    );
    assert!(found[1].to_string().contains("'base_template.numbers'"), "{}", found[1]);
}
