//! Tables as a whole: where they lie, what they are called, who sees their rows.

use diesel::connection::SimpleConnection as _;

use crate::same::{clones, same};
use crate::template::value;

clones! {
    storage_parameters: "
        CREATE TABLE t (a text) WITH (fillfactor = 42, autovacuum_vacuum_scale_factor = 0.5, parallel_workers = 3, toast_tuple_target = 4000, user_catalog_table, toast.vacuum_truncate = off);
        CREATE UNLOGGED TABLE u (a text PRIMARY KEY) WITH (autovacuum_enabled = off); CREATE TABLE empty ();";
    another_access_method: "
        CREATE ACCESS METHOD \"Other\" TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE t (a text) USING \"Other\" WITH (fillfactor = 50); CREATE MATERIALIZED VIEW m USING \"Other\" AS SELECT a FROM t;
        CREATE TABLE p (a integer) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT USING \"Other\";";
    row_security_and_policies: "
        CREATE TABLE t (a integer, b text); ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE TABLE u (a integer); ALTER TABLE u FORCE ROW LEVEL SECURITY;
        CREATE FUNCTION mine(t) RETURNS boolean LANGUAGE sql STABLE RETURN $1.b = CURRENT_USER;
        CREATE POLICY \"P 'p'\" ON t USING (mine(t.*)) WITH CHECK (b <> 'base_template');
        CREATE POLICY r ON t AS RESTRICTIVE FOR SELECT TO CURRENT_USER USING (a IN (SELECT u.a FROM u)); CREATE POLICY i ON t FOR INSERT WITH CHECK (true);
        CREATE POLICY up ON t FOR UPDATE USING (a > 0); CREATE POLICY d ON t FOR DELETE TO PUBLIC USING (false); CREATE POLICY bare ON u;
        COMMENT ON POLICY r ON t IS 'base_template';";
    names_that_are_keywords_or_something_else_elsewhere: "
        CREATE TABLE \"user\" (\"order\" integer PRIMARY KEY, \"select\" text, \"from\" integer REFERENCES \"user\", \"pg_catalog\" integer, \"base_template\" integer);
        CREATE TABLE \"base_template\" (\"base_template\" integer PRIMARY KEY, CONSTRAINT \"base_template.c\" CHECK (\"base_template\" > 0));
        CREATE TABLE \"base_template.base_template\" (a integer); CREATE TABLE \"text\" (\"text\" pg_catalog.text DEFAULT 'base_template'); CREATE TABLE \"order\" (a base_template.text, b \"text\"[]);
        CREATE FUNCTION \"now\"() RETURNS timestamptz LANGUAGE sql STABLE RETURN pg_catalog.now(); CREATE FUNCTION \"count\"(integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN 1; CREATE TYPE \"integer\" AS ENUM ('base_template');
        CREATE VIEW \"pg_stat\" AS SELECT base_template.now() AS \"now\", \"count\"(1) AS c, pg_catalog.count(*) AS \"count\", \"base_template\".\"base_template\" FROM \"base_template\" GROUP BY 4;
        CREATE TABLE typed (a base_template.\"integer\" DEFAULT 'base_template', b pg_catalog.int4); CREATE INDEX \"table\" ON \"user\" (\"base_template\");
        CREATE SEQUENCE \"sequence\" OWNED BY \"base_template\".\"base_template\"; COMMENT ON COLUMN \"base_template\".\"base_template\" IS 'base_template.base_template';";
    names_of_every_shape: "
        CREATE TABLE \"Mixed Case\" (\"a b\" integer, \"d\"\"q\" integer, \"s'q\" integer, \"back\\slash\" integer, \"ünïcødé 漢字 🦀\" integer, \"dollar$1\" integer, \".\" integer, \"tab\tnew
line\" integer, \"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk\" integer DEFAULT 1,
            CONSTRAINT \"pk \"\"'\\ ü\" PRIMARY KEY (\"a b\", \"d\"\"q\"), CONSTRAINT \"chk '\"\"\" CHECK (\"s'q\" > \"back\\slash\"), CONSTRAINT \"fk '\\\" FOREIGN KEY (\"ünïcødé 漢字 🦀\", \".\") REFERENCES \"Mixed Case\");
        CREATE TABLE \"漢字 \"\"'\\ part\" (\"k '\" integer) PARTITION BY LIST (\"k '\"); CREATE TABLE \"p \"\"'\\\" PARTITION OF \"漢字 \"\"'\\ part\" DEFAULT;
        CREATE INDEX \"i \"\"'\\\" ON \"漢字 \"\"'\\ part\" (\"k '\"); CREATE TABLE \"c \"\"'\\\" () INHERITS (\"Mixed Case\");
        CREATE VIEW \"v \"\"'\\\" AS SELECT \"s'q\" AS \"x \"\"'\\\" FROM \"Mixed Case\"; CREATE STATISTICS \"st \"\"'\" ON \"a b\", \".\" FROM \"Mixed Case\";
        CREATE RULE \"r \"\"'\\\" AS ON DELETE TO \"c \"\"'\\\" DO INSTEAD NOTHING; ALTER TABLE \"c \"\"'\\\" DISABLE RULE \"r \"\"'\\\";
        CREATE POLICY \"p \"\"'\\\" ON \"Mixed Case\" USING (\"s'q\" = 1); COMMENT ON COLUMN \"Mixed Case\".\"tab\tnew
line\" IS E'it''s \\\\ \"';";
}

#[test]
fn tables_and_indexes_lie_where_the_templates_do() {
    // The directory is the server's, so it is one that every server may write into.
    let (_database, mut conn) = {
        let database = crate::support::database::Database::fresh();
        let mut conn = database.connect();
        let version: i32 =
            value(&mut conn, "current_setting('server_version_num')").unwrap().parse().unwrap();
        // Inside of the data directory; nothing but tests may.
        let make = "CREATE TABLESPACE tenancy_test_space LOCATION ''";
        if version < 150_000 {
            return;
        }
        if value(&mut conn, "SELECT count(*) FROM pg_tablespace WHERE spcname = 'tenancy_test_space'")
            .as_deref()
            == Some("0")
        {
            conn.batch_execute("SET allow_in_place_tablespaces = on").unwrap();
            conn.batch_execute(make).unwrap();
        }
        same(
            "CREATE TABLE t (a integer, b text, CONSTRAINT k PRIMARY KEY (a) USING INDEX TABLESPACE tenancy_test_space, UNIQUE (b)) TABLESPACE tenancy_test_space;
             CREATE INDEX there ON t (lower(b)) TABLESPACE tenancy_test_space WHERE a > 0; CREATE INDEX here ON t (b);
             CREATE MATERIALIZED VIEW m WITH (fillfactor = 50) TABLESPACE tenancy_test_space AS SELECT 1 AS one;
             CREATE TABLE p (a integer) PARTITION BY LIST (a) TABLESPACE tenancy_test_space; CREATE INDEX i ON p (a) TABLESPACE tenancy_test_space;
             CREATE TABLE p1 PARTITION OF p DEFAULT TABLESPACE pg_default;",
        )
    };
    let places = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace \
                  WHERE spcname = 'tenancy_test_space' AND relnamespace = 'tenant_acme'::regnamespace";
    assert_eq!(value(&mut conn, places).as_deref(), Some("i k m p p1_a_idx t there"));
}
