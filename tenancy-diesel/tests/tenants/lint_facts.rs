//! What lint and the splitting of texts claim of PostgreSQL, asked of PostgreSQL.

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::migration::Statements;
use tenancy_diesel::core::migration::lint::{MigrationText, Rule, lint};
use tenancy_diesel::core::name::SchemaNaming;

use crate::world::{World, value};

const TABLE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, a varchar(10), b text, n numeric(8, 2), c cidr, v varbit(8), i int)";

/// What rules find in `sql`, a migration after the one that made the table.
fn found(sql: &str) -> Vec<Rule> {
    let migration = |name, up| MigrationText { name, up, down: Some("SELECT 1"), transactional: true };
    let migrations = [migration("1_a", TABLE), migration("2_b", sql)];
    lint(&migrations, &SchemaNaming::default()).into_iter().map(|warning| warning.rule).collect()
}

#[test]
fn what_is_said_to_write_a_table_anew_does_and_nothing_else() {
    let world = World::new(1);
    let mut bare = world.bare();
    for (alter, rewrites) in [
        ("ALTER a TYPE varchar(20)", false),
        ("ALTER a TYPE varchar", false),
        ("ALTER a TYPE text", false),
        ("ALTER b TYPE varchar", false),
        ("ALTER n TYPE numeric(12, 2)", false),
        ("ALTER n TYPE numeric", false),
        ("ALTER c TYPE inet", false),
        ("ALTER v TYPE varbit(16)", false),
        ("ALTER a TYPE varchar(5)", true),
        ("ALTER b TYPE varchar(10)", true),
        ("ALTER n TYPE numeric(12, 3)", true),
        ("ALTER i TYPE bigint", true),
        ("ADD x int", false),
        ("ADD x int NOT NULL DEFAULT 1", false),
        ("ADD x timestamptz NOT NULL DEFAULT now()", false),
        ("ADD x uuid DEFAULT gen_random_uuid()", true),
        ("ADD x float DEFAULT random()", true),
        ("ADD x timestamptz DEFAULT clock_timestamp()", true),
        ("ADD x bigserial", true),
        ("ADD x int GENERATED ALWAYS AS IDENTITY", true),
        ("ADD x int GENERATED ALWAYS AS (i + 1) STORED", true),
        ("ALTER i SET DEFAULT random(), ADD x int DEFAULT 1", false),
        ("SET UNLOGGED", true),
        ("DROP a", false),
    ] {
        let sql = format!("ALTER TABLE t {alter}");
        bare.batch_execute(
            "DROP SCHEMA IF EXISTS facts CASCADE; CREATE SCHEMA facts; SET search_path TO facts",
        )
        .unwrap();
        bare.batch_execute(TABLE).unwrap();
        bare.batch_execute("INSERT INTO t VALUES (1, 'a', 'b', 1, '10.0.0.0/8', B'1', 1)").unwrap();
        let file = "SELECT relfilenode FROM pg_class WHERE oid = 't'::regclass";
        let before = value(&mut bare, file);
        bare.batch_execute(&sql).unwrap();
        assert_eq!(value(&mut bare, file) != before, rewrites, "PostgreSQL: {sql}");
        let said = found(&sql).into_iter().any(|rule| {
            matches!(rule, Rule::ColumnTypeRewrites | Rule::AddColumnRewrites | Rule::RewritesTable)
        });
        assert_eq!(said, rewrites, "lint: {sql}: {:?}", found(&sql));
    }
}

#[test]
fn what_is_said_to_fail_in_a_transaction_fails_there() {
    let world = World::new(1);
    let mut bare = world.bare();
    bare.batch_execute("CREATE SCHEMA facts; SET search_path TO facts").unwrap();
    bare.batch_execute(TABLE).unwrap();
    bare.batch_execute(
        "CREATE INDEX i ON t (i); CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE UNIQUE INDEX ON m (a);
         CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);",
    )
    .unwrap();
    for (sql, refused) in [
        ("CREATE INDEX CONCURRENTLY j ON t (i)", true),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS j ON t (i)", true),
        ("DROP INDEX CONCURRENTLY i", true),
        ("REINDEX TABLE CONCURRENTLY t", true),
        ("REINDEX (VERBOSE, CONCURRENTLY) INDEX i", true),
        ("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", true),
        ("VACUUM FULL t", true),
        ("VACUUM (ANALYZE) t", true),
        ("ALTER SYSTEM SET work_mem = '8MB'", true),
        ("CREATE DATABASE facts", true),
        ("CREATE INDEX j ON t (i)", false),
        ("DROP INDEX i", false),
        ("REINDEX INDEX i", false),
        ("ALTER TABLE p DETACH PARTITION p1", false),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", false),
        ("CLUSTER t USING i", false),
    ] {
        bare.batch_execute("BEGIN").unwrap();
        let outcome = bare.batch_execute(sql);
        bare.batch_execute("ROLLBACK").unwrap();
        let said = outcome.err().map(|error| error.to_string());
        let by_it = said.as_ref().is_some_and(|said| said.contains("cannot run inside a transaction block"));
        assert_eq!((by_it, said.is_some()), (refused, refused), "PostgreSQL: {sql}: {said:?}");
        assert_eq!(found(sql).contains(&Rule::RefusedInTransaction), refused, "lint: {sql}");
    }
}

#[test]
fn a_new_value_of_an_enum_is_refused_where_lint_says_so() {
    let world = World::new(1);
    let mut bare = world.bare();
    bare.batch_execute(
        "CREATE SCHEMA facts; SET search_path TO facts; CREATE TYPE e AS ENUM ('a'); CREATE TABLE s (e e)",
    )
    .unwrap();
    for (sql, refused) in [
        ("ALTER TYPE e ADD VALUE 'b'; INSERT INTO s VALUES ('b')", true),
        ("ALTER TYPE e ADD VALUE 'b'; ALTER TABLE s ALTER e SET DEFAULT 'b'", true),
        ("ALTER TYPE e ADD VALUE 'b'; INSERT INTO s VALUES ('a')", false),
    ] {
        let outcome = bare.batch_execute(&format!("BEGIN; {sql}"));
        bare.batch_execute("ROLLBACK").unwrap();
        assert_eq!(outcome.is_err(), refused, "PostgreSQL: {sql}: {outcome:?}");
        assert_eq!(found(sql).contains(&Rule::EnumValueUsed), refused, "lint: {sql}");
    }
    // PostgreSQL 17 knows that nobody else can see a type that is new itself; before, it makes no difference.
    let new = "CREATE TYPE f AS ENUM ('a'); ALTER TYPE f ADD VALUE 'b'; CREATE TABLE u (f f DEFAULT 'b')";
    let newer = value(&mut bare, "current_setting('server_version_num')::int >= 170000") == "true";
    assert_eq!(bare.batch_execute(&format!("BEGIN; {new}; ROLLBACK")).is_ok(), newer);
    assert!(found(new).contains(&Rule::EnumValueUsed));
}

#[test]
fn each_statement_of_a_text_runs_by_itself() {
    let world = World::new(1);
    let mut bare = world.bare();
    bare.batch_execute("CREATE SCHEMA facts; SET search_path TO facts").unwrap();
    let text = r#"
        CREATE TABLE "odd;name" (a text DEFAULT ';', b text DEFAULT E'\';', c text DEFAULT $x$;$$;$x$); -- a; b
        CREATE FUNCTION f(begin int) RETURNS int LANGUAGE sql BEGIN ATOMIC
            SELECT CASE WHEN begin > 0 THEN 1 ELSE 2 END;
            SELECT CASE begin WHEN 1 THEN CASE WHEN true THEN 3 END END AS end;
        END;
        CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN f(1); END; $$;
        CREATE RULE r AS ON INSERT TO "odd;name" DO ALSO (SELECT 1; SELECT 2);
        /* ; /* ; */ ; */ DO $do$ BEGIN PERFORM 1; PERFORM 2; END $do$;;
        CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO "odd;name" DEFAULT VALUES; END;
        SELECT U&'\003b;', B'1', 'a'
               ';b', (SELECT 1)"#;
    let statements = Statements::split(text).unwrap();
    assert_eq!(statements.len(), 7);
    for statement in statements.iter() {
        bare.batch_execute(statement.text()).unwrap_or_else(|error| panic!("{error}: {}", statement.text()));
    }
    assert_eq!(value(&mut bare, "SELECT g()"), "3");
    assert_eq!(value(&mut bare, "SELECT count(*) FROM \"odd;name\""), "0");
    bare.batch_execute("CALL p()").unwrap();
    assert_eq!(value(&mut bare, "SELECT a || b || c FROM \"odd;name\""), ";';;$$;");
}
