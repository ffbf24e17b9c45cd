//! Every rule, with what it finds and what it passes over.

use std::collections::BTreeSet;

use super::{File, MigrationText, Rule, Severity, Warning, lint};
use crate::name::SchemaNaming;

fn text<'a>(name: &'a str, up: &'a str) -> MigrationText<'a> {
    MigrationText { name, up, down: Some("SELECT 1"), transactional: true }
}

fn warnings_of(up: &str) -> Vec<Warning> {
    lint(&[text("1_a", up)], &SchemaNaming::default())
}

/// The names of the rules that find something in `up`.
fn found(up: &str) -> Vec<&'static str> {
    names(&warnings_of(up))
}

fn names(warnings: &[Warning]) -> Vec<&'static str> {
    warnings.iter().map(|warning| warning.rule.name()).collect()
}

fn outside(up: &str) -> Vec<&'static str> {
    names(&lint(&[MigrationText { transactional: false, ..text("1_a", up) }], &SchemaNaming::default()))
}

/// What one statement is warned of, in a migration in a transaction.
const HITS: &[(&str, &[&str])] = &[
    ("transaction-control", &["COMMIT", "BEGIN", "SAVEPOINT a", "ROLLBACK TO a"]),
    (
        "refused-in-transaction",
        &[
            "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "VACUUM t",
        ],
    ),
    (
        "sets-search-path",
        &[
            "SET search_path TO a",
            "SET LOCAL \"search_path\" = a",
            "SET SCHEMA 'a'",
            "RESET search_path",
            "RESET ALL",
            "DISCARD ALL",
            "SELECT set_config('search_path', 'a', true)",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "DO $$ BEGIN SET LOCAL search_path TO a; END $$",
        ],
    ),
    (
        "sets-role",
        &[
            "SET ROLE a",
            "SET LOCAL ROLE a",
            "RESET ROLE",
            "SET SESSION AUTHORIZATION a",
            "SET LOCAL SESSION AUTHORIZATION a",
            "SELECT set_config('role', 'a', true)",
            "DO $x$ BEGIN IF true THEN SET ROLE a; END IF; END $x$",
            "ALTER TABLE t OWNER TO a",
        ],
    ),
    (
        "names-a-tenant",
        &[
            "CREATE TABLE base_template.t (a int)",
            "INSERT INTO t SELECT * FROM \"base_template\".t",
            "SELECT base_template.f()",
            "CREATE VIEW v AS SELECT * FROM tenant_acme.t",
            "ALTER SEQUENCE tenant_acme.s RESTART",
            "SELECT 'base_template.t'::regclass",
            "SELECT nextval('\"base_template\".s')",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT a FROM base_template.t $$",
        ],
    ),
    (
        "schema-qualified",
        &[
            "CREATE TABLE public.t (a int)",
            "CREATE TABLE IF NOT EXISTS app.t (a int)",
            "DROP VIEW IF EXISTS app.v",
            "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "INSERT INTO app.t VALUES (1)",
            "UPDATE ONLY app.t SET a = 1 WHERE b",
            "DELETE FROM app.t WHERE a = 1",
            "CREATE TRIGGER g BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE TABLE x (a int REFERENCES app.t)",
            "SELECT 1 FROM app.t",
            "CREATE VIEW v AS SELECT 1 FROM x JOIN app.t ON x.a = t.a",
            "COMMENT ON TABLE app.t IS 'x'",
            "ALTER TABLE t SET SCHEMA app",
        ],
    ),
    (
        "extension",
        &["CREATE EXTENSION IF NOT EXISTS citext", "ALTER EXTENSION citext UPDATE", "DROP EXTENSION citext"],
    ),
    (
        "cluster-wide",
        &[
            "CREATE ROLE a",
            "ALTER USER a SET x = 1",
            "DROP SCHEMA a",
            "CREATE PUBLICATION p FOR ALL TABLES",
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
            "CREATE OR REPLACE TRUSTED LANGUAGE x",
            "DROP OWNED BY a",
            "REASSIGN OWNED BY a TO b",
            "GRANT a TO b",
            "GRANT CONNECT ON DATABASE d TO a",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a",
        ],
    ),
    (
        "set-not-null",
        &["ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE IF EXISTS ONLY t ALTER COLUMN a SET NOT NULL"],
    ),
    (
        "add-not-null-column",
        &[
            "ALTER TABLE t ADD a int NOT NULL",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text COLLATE \"C\" NOT NULL",
        ],
    ),
    (
        "foreign-key-validated",
        &[
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u",
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b) ON DELETE CASCADE",
            "ALTER TABLE t ADD a int REFERENCES u",
        ],
    ),
    (
        "check-validated",
        &[
            "ALTER TABLE t ADD CHECK (a > 0)",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL)",
            "ALTER TABLE t ADD a int CHECK (a > 0)",
        ],
    ),
    (
        "unique-without-index",
        &[
            "ALTER TABLE t ADD PRIMARY KEY (a)",
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)",
            "ALTER TABLE t ADD EXCLUDE USING gist (a WITH &&)",
            "ALTER TABLE t ADD a int UNIQUE",
        ],
    ),
    (
        "add-column-rewrites",
        &[
            "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()",
            "ALTER TABLE t ADD a float NOT NULL DEFAULT pg_catalog.random() * 2",
            "ALTER TABLE t ADD a timestamptz DEFAULT (clock_timestamp())",
            "ALTER TABLE t ADD a bigserial",
            "ALTER TABLE t ADD a int GENERATED BY DEFAULT AS IDENTITY",
            "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) STORED",
        ],
    ),
    (
        "rewrites-table",
        &[
            "ALTER TABLE t SET UNLOGGED",
            "ALTER TABLE t SET TABLESPACE fast",
            "ALTER TABLE t SET ACCESS METHOD heap",
            "CLUSTER t USING i",
            "REINDEX TABLE t",
        ],
    ),
    (
        "index-locks-writes",
        &["CREATE INDEX ON t (a)", "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY t USING btree (a)"],
    ),
    ("drop-table", &["DROP TABLE t", "DROP TABLE IF EXISTS t CASCADE"]),
    ("drop-column", &["ALTER TABLE t DROP COLUMN a", "ALTER TABLE t DROP IF EXISTS a"]),
    ("truncate", &["TRUNCATE t", "TRUNCATE TABLE ONLY t CASCADE"]),
    (
        "breaks-old-code",
        &[
            "ALTER TABLE t RENAME TO u",
            "ALTER TABLE t RENAME a TO b",
            "ALTER TABLE t RENAME COLUMN a TO b",
            "ALTER TYPE e RENAME VALUE 'a' TO 'b'",
            "ALTER VIEW v RENAME TO w",
        ],
    ),
    (
        "whole-table",
        &[
            "UPDATE t SET a = 1",
            "UPDATE t SET a = (SELECT b FROM u WHERE u.c = t.c)",
            "DELETE FROM ONLY t",
            "WITH x AS (SELECT 1 WHERE true) UPDATE t SET a = 1",
        ],
    ),
    ("lock-table", &["LOCK TABLE t IN EXCLUSIVE MODE", "LOCK t"]),
];

/// What nobody is warned of.
const FINE: &[&str] = &[
    "CREATE TABLE t (a serial PRIMARY KEY, b int NOT NULL REFERENCES u CHECK (b > 0), UNIQUE (b))",
    "ALTER TABLE t ADD COLUMN a text",
    "ALTER TABLE t ADD COLUMN a text NOT NULL DEFAULT 'x', ADD b timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE t ADD a int DEFAULT 1, ALTER b SET DEFAULT random()",
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c",
    "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
    "ALTER TABLE t ALTER a DROP NOT NULL, ALTER b SET DEFAULT 1, DROP CONSTRAINT c, RENAME CONSTRAINT d TO e",
    "CREATE TABLE t (a int); CREATE INDEX ON t (a); ALTER TABLE t ALTER a SET NOT NULL; UPDATE t SET a = 1; DROP TABLE t",
    "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; CREATE INDEX ON u (a); ALTER TABLE u RENAME a TO b",
    "CREATE MATERIALIZED VIEW v AS SELECT 1; CREATE UNIQUE INDEX ON v ((1))",
    "UPDATE t SET a = 1 WHERE a IS NULL; DELETE FROM t WHERE b",
    "CREATE VIEW v AS SELECT t.a, extract(year FROM t.b) FROM t JOIN u ON u.a = t.a WHERE t.a IS DISTINCT FROM u.b",
    "SELECT pg_catalog.now(); SELECT 1 FROM pg_catalog.pg_class; SELECT substring(t.a FROM t.b) FROM t",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT 1 $$",
    "DO $$ BEGIN UPDATE t SET role = 'x', search_path = 'y' WHERE a; END $$",
    "UPDATE users SET role = 'admin' WHERE id = 1",
    "COMMENT ON COLUMN t.a IS 'a copy of base_template'",
    "SELECT tenant_id.a FROM tenant_id; SELECT base_template FROM t",
    "GRANT SELECT ON t TO reader; CREATE TYPE e AS ENUM ('a'); ALTER TYPE e RENAME VALUE 'a' TO 'b'",
    "ALTER TYPE e ADD VALUE 'new'; COMMENT ON TYPE e IS 'new'",
    "CREATE TYPE e AS ENUM ('a', 'new'); CREATE TABLE t (a e DEFAULT 'new')",
    "SET LOCAL lock_timeout TO '1s'; RESET lock_timeout; SELECT set_config('a.b', 'search_path', true)",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY v; DROP INDEX i; ALTER INDEX i RENAME TO j",
    "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
];

#[test]
fn each_rule_finds_what_it_is_for() {
    for (rule, hits) in HITS {
        for hit in *hits {
            let sql = format!("SELECT 1;\n\n{hit}");
            let warnings = warnings_of(&sql);
            let own: Vec<_> = warnings.iter().filter(|warning| warning.rule.name() == *rule).collect();
            assert_eq!(own.len(), 1, "{rule}: {hit}: {warnings:#?}");
            assert_eq!((own[0].line, own[0].file), (3, File::Up), "{hit}");
            assert!(!own[0].what.is_empty() && own[0].remedy == own[0].rule.remedy());
        }
    }
}

#[test]
fn no_rule_minds_what_is_fine() {
    for sql in FINE {
        assert!(found(sql).is_empty(), "{sql}: {:#?}", warnings_of(sql));
    }
}

#[test]
fn comments_texts_and_bodies_of_functions_are_no_statements() {
    for (rule, hits) in HITS {
        for hit in *hits {
            let quoted = hit.replace('\'', "''");
            for sql in [
                format!("SELECT 1; -- {hit}; {hit}"),
                format!("/* {hit}; /* {hit} */ */ SELECT 1"),
                format!("COMMENT ON TABLE t IS 'such as; {quoted};'"),
                format!(
                    "SELECT $text$ ; {} ; $text$",
                    hit.replace("base_template.", "template.").replace("\"base_template\".", "")
                ),
                format!(
                    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $fn$ BEGIN {} ; END $fn$",
                    hit.replace("base_template.", "").replace("\"base_template\".", "")
                ),
            ] {
                assert!(found(&sql).is_empty(), "{rule}: {sql}: {:#?}", warnings_of(&sql));
            }
        }
    }
}

#[test]
fn every_rule_has_a_hit_a_name_and_a_remedy() {
    let elsewhere = [
        "unreadable",
        "bad-allowance",
        "empty-up",
        "enum-value-used",
        "column-type-rewrites",
        "breaks-cached-plans",
        "several-outside-transaction",
        "concurrently-if-not-exists",
        "missing-down",
    ];
    let tested: BTreeSet<_> = HITS.iter().map(|(rule, _)| *rule).chain(elsewhere).collect();
    let rules: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(tested, rules);
    assert_eq!(rules.len(), Rule::ALL.len(), "names are unique");
    for rule in Rule::ALL {
        assert!(rule.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert!(!rule.remedy().is_empty());
        assert_eq!(Rule::named(rule.name()), Some(*rule));
    }
}

#[test]
fn a_text_that_cannot_be_read_is_an_error_with_its_line() {
    let warnings = warnings_of("SELECT 1;\nSELECT 'a");
    assert_eq!(
        (names(&warnings), warnings[0].line, warnings[0].severity),
        (vec!["unreadable"], 2, Severity::Error)
    );
    assert_eq!(found(""), ["empty-up"]);
    let nothing_yet = warnings_of("-- nothing yet");
    assert_eq!((names(&nothing_yet), nothing_yet[0].severity), (vec!["empty-up"], Severity::Warning));
}

#[test]
fn a_comment_with_a_reason_allows_one_rule_in_its_migration() {
    let sql = "-- tenancy: allow drop-table: moved to the archive in release 7\nDROP TABLE t; LOCK TABLE u";
    assert_eq!(found(sql), ["lock-table"]);
    let next = text("2_b", "DROP TABLE u");
    assert_eq!(
        names(&lint(&[text("1_a", sql), next], &SchemaNaming::default())),
        ["lock-table", "drop-table"]
    );
    for (bad, said) in [
        ("-- tenancy: allow drop-table", "no reason"),
        ("-- tenancy: allow drop-table: ", "no reason"),
        ("-- tenancy: allow drop-tables: gone", "no rule `drop-tables`"),
        ("-- tenancy: ignore drop-table: gone", "means nothing"),
    ] {
        let warnings = warnings_of(&format!("DROP TABLE t;\n{bad}"));
        assert_eq!(names(&warnings), ["drop-table", "bad-allowance"], "{bad}");
        assert!(warnings[1].what.contains(said) && warnings[1].line == 2, "{warnings:?}");
    }
    let text = "DROP TABLE t; SELECT '\n-- tenancy: allow drop-table: in a text\n'";
    assert_eq!(found(text), ["drop-table"]);
}

#[test]
fn a_migration_has_a_way_back() {
    let lint_down =
        |up, down| names(&lint(&[MigrationText { down, ..text("1_a", up) }], &SchemaNaming::default()));
    assert_eq!(lint_down("SELECT 1", None), ["missing-down"]);
    assert_eq!(lint_down("SELECT 1", Some("-- to be written\n")), ["missing-down"]);
    assert!(lint_down("-- tenancy: allow missing-down: rows cannot come back\nSELECT 1", None).is_empty());
    assert!(lint_down("-- tenancy: rust", None).is_empty());
    assert!(lint_down("-- tenancy: rust", Some("-- tenancy: rust")).is_empty());
    // What it drops is no news; what would reach beyond the tenant is.
    assert!(
        lint_down("SELECT 1", Some("DROP TABLE t; ALTER TABLE u DROP a, ALTER b TYPE int; DELETE FROM v"))
            .is_empty()
    );
    let warnings = lint(
        &[MigrationText { down: Some("DROP TABLE t;\nSET ROLE x"), ..text("1_a", "SELECT 1") }],
        &SchemaNaming::default(),
    );
    assert_eq!((names(&warnings), warnings[0].file, warnings[0].line), (vec!["sets-role"], File::Down, 2));
}

#[test]
fn outside_of_a_transaction_one_statement_is_enough() {
    assert!(outside("CREATE INDEX CONCURRENTLY i ON t (a)").is_empty());
    assert_eq!(
        outside("CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (b)"),
        ["several-outside-transaction"]
    );
    assert_eq!(outside("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)"), ["concurrently-if-not-exists"]);
    assert_eq!(outside("VACUUM (FULL, ANALYZE) t"), ["rewrites-table"]);
    assert_eq!(outside("VACUUM FULL t"), ["rewrites-table"]);
    assert!(outside("VACUUM t").is_empty() && outside("REINDEX (CONCURRENTLY) TABLE t").is_empty());
}

#[test]
fn an_enums_new_value_is_used_in_a_later_migration() {
    let add = "ALTER TYPE level ADD VALUE IF NOT EXISTS 'urgent' AFTER 'high';";
    for used in [
        "UPDATE t SET level = 'urgent' WHERE a",
        "ALTER TABLE t ALTER level SET DEFAULT 'urgent'",
        "DO $$ BEGIN UPDATE t SET level = 'urgent' WHERE a; END $$",
    ] {
        assert_eq!(found(&format!("{add} {used}")), ["enum-value-used"], "{used}");
        assert!(outside(&format!("{add} {used}")) == ["several-outside-transaction"]);
        assert!(lint(&[text("1_a", add), text("2_b", used)], &SchemaNaming::default()).is_empty());
    }
    assert!(found("ALTER TYPE level ADD VALUE 'urgent'; SELECT 'urgently'").is_empty());
}

#[test]
fn a_column_may_be_demanded_once_a_constraint_has_proved_it() {
    let steps = [
        text("1_a", "ALTER TABLE t ADD CONSTRAINT a_there CHECK (a IS NOT NULL) NOT VALID"),
        text("2_b", "ALTER TABLE t VALIDATE CONSTRAINT a_there"),
        text("3_c", "ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT a_there"),
    ];
    assert!(lint(&steps, &SchemaNaming::default()).is_empty());
    assert_eq!(names(&lint(&[steps[0], steps[2]], &SchemaNaming::default())), ["set-not-null"]);
    let other = text("3_c", "ALTER TABLE t ALTER b SET NOT NULL");
    assert_eq!(names(&lint(&[steps[0], steps[1], other], &SchemaNaming::default())), ["set-not-null"]);
}

#[test]
fn a_column_that_only_gets_wider_is_not_written_anew() {
    let first = text("1_a", "CREATE TABLE t (a varchar(10) NOT NULL, b int, c numeric(8, 2))");
    let then = |up: &str| names(&lint(&[first, text("2_b", up)], &SchemaNaming::default()));
    for wider in ["varchar(20)", "text", "character varying"] {
        assert_eq!(
            then(&format!("ALTER TABLE t ALTER COLUMN a SET DATA TYPE {wider}")),
            ["breaks-cached-plans"]
        );
    }
    assert_eq!(then("ALTER TABLE t ALTER c TYPE numeric(10, 2)"), ["breaks-cached-plans"]);
    let both = ["column-type-rewrites", "breaks-cached-plans"];
    for other in ["a TYPE varchar(5)", "b TYPE bigint", "b TYPE text USING b::text", "unknown TYPE text"] {
        assert_eq!(then(&format!("ALTER TABLE t ALTER {other}")), both, "{other}");
    }
    assert!(found("CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint").is_empty());
}

#[test]
fn other_names_of_template_and_tenants_are_looked_for() {
    let naming = SchemaNaming::new("customer_", "blank").unwrap();
    let found = |up| names(&lint(&[text("1_a", up)], &naming));
    assert_eq!(found("DROP VIEW blank.v"), ["names-a-tenant"]);
    assert_eq!(found("DROP VIEW customer_acme.v"), ["names-a-tenant"]);
    assert_eq!(found("DROP VIEW base_template.v"), ["schema-qualified"]);
}

#[test]
fn warnings_come_in_the_order_of_migrations_and_lines() {
    let migrations = [text("1_a", "LOCK t;\nUPDATE t SET a = 1;\nLOCK t"), text("2_b", "LOCK t")];
    let warnings = lint(&migrations, &SchemaNaming::default());
    let places: Vec<_> = warnings.iter().map(|warning| (warning.migration.as_str(), warning.line)).collect();
    assert_eq!(places, [("1_a", 1), ("1_a", 2), ("1_a", 3), ("2_b", 1)]);
}
