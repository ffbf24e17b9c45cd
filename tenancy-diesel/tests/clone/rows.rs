//! Rows of a clone are the rows of its source.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tenancy_diesel::blueprint::{CaptureError, Extent, Rows, capture_as};

use crate::support::database::Database;
use crate::template::{schema, template, value, values};

/// A template made by `sql`, which finds it by its path.
fn database(sql: &str) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute("CREATE SCHEMA base_template; SET search_path = base_template, public").unwrap();
    conn.batch_execute(sql).unwrap();
    conn.batch_execute("SET search_path = ''").unwrap();
    (database, conn)
}

fn clone(conn: &mut PgConnection, name: &str, rows: Rows) -> Result<(), CaptureError> {
    conn.transaction(|conn| {
        let extent = Extent { rows };
        let script = capture_as(conn, &template(), &extent)?.render(&schema(name));
        if let Err(error) = conn.batch_execute(script.as_str()) {
            panic!("{error}\n{script}");
        }
        Ok(())
    })
}

fn of(tables: &[&str]) -> Rows {
    Rows::Of(tables.iter().map(|table| (*table).to_owned()).collect())
}

/// Every table with the number of its rows and a hash over them as text.
fn contents(conn: &mut PgConnection, schema: &str) -> Vec<String> {
    const SQL: &str = "SELECT format('%s: %s', c.relname, (xpath('/table/row/x/text()', \
         query_to_xml(format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, E''\\n'' ORDER BY t::text COLLATE \"C\")), ''-'') AS x \
         FROM ONLY %I.%I t', n.nspname, c.relname), false, false, '')))[1]) AS value \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'm') ORDER BY c.relname";
    values(conn, SQL, schema)
}

#[track_caller]
fn assert_same_rows(conn: &mut PgConnection, clone: &str) {
    let (expected, found) = (contents(conn, "base_template"), contents(conn, clone));
    assert_eq!(found, expected);
    assert!(!expected.is_empty());
}

#[test]
fn values_of_every_type_of_the_schema_are_copied_as_they_are() {
    let (_database, mut conn) = database(
        r#"CREATE TYPE mood AS ENUM ('x', 'y z', 'NULL', '', 'a,b', '"q"', E'back\\slash', '{}');
        CREATE DOMAIN moods AS mood[];
        CREATE DOMAIN one_mood AS mood DEFAULT 'x';
        CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');
        CREATE DOMAIN far_mail AS mail;
        CREATE TYPE pair AS (m mood, n double precision, t text);
        CREATE TYPE nest AS (p pair, ps pair[], d moods, at timestamptz, i interval, b bytea);
        CREATE TYPE span AS RANGE (subtype = mood);
        CREATE TYPE measures AS RANGE (subtype = double precision);
        CREATE TABLE shrunk (a integer, gone text, m mood);
        ALTER TABLE shrunk DROP COLUMN gone;
        CREATE TABLE t (m mood, ms mood[], d moods, om one_mood, oms one_mood[], e mail, fe far_mail, es mail[], p pair, ps pair[],
                        n nest, s span, ss span_multirange, r measures, w shrunk, ws shrunk[], plain jsonb, num numeric);
        "#,
    );
    // Settings under which texts lose something.
    conn.batch_execute(
        r#"INSERT INTO base_template.t (m, ms, d, om, oms, e, fe, es, p, ps, n, s, ss, r, w, ws, plain, num) VALUES
           ('NULL', '[0:1]={x,"y z"}', '{x,NULL,"NULL"}', '', '{x,""}', 'a@b', 'c@d', '{a@b,NULL}', ROW('x', '-0', NULL),
            ARRAY[ROW('"q"', 0.1::float8 + 0.2, E'q"''\\,(){}\n'), NULL]::base_template.pair[],
            ROW(ROW('a,b', 'NaN', ''), ARRAY[ROW(NULL, 1e-300, 'x')]::base_template.pair[], '{{x,x},{"{}","\"q\""}}',
                '2026-03-29 01:30:00.123456+00', '-1 mon +2 days -03:04:05.678', '\x00ff5c27'),
            '[x,NULL)', '{[x,x],["","a,b")}', '[0.1,0.30000000000000004)', ROW(1, 'x'),
            ARRAY[ROW(2, 'back\slash')]::base_template.shrunk[], '{"a": 1}', 1.10);"#,
    )
    .unwrap();
    conn.batch_execute(
        r#"INSERT INTO base_template.t (m) VALUES (NULL);
           INSERT INTO base_template.t (ms, d, oms, p, n, s, w) VALUES
           ('{}', '{}', '{}', ROW(NULL, NULL, NULL), ROW(NULL, NULL, NULL, NULL, NULL, NULL), 'empty', ROW(NULL, NULL));
           INSERT INTO base_template.t (ms) SELECT '{{x,x},{x,NULL}}';
           SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard'; SET extra_float_digits = -5;
           SET array_nulls = off; SET bytea_output = escape; SET timezone = 'Europe/Berlin'"#,
    )
    .unwrap();
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    conn.batch_execute("RESET ALL; SET extra_float_digits = 3; SET search_path = ''").unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    for (what, column) in [("a row of NULLs", "p"), ("a row of a table", "w")] {
        // NULL and a row of NULLs have the same text inside of nothing.
        let kept = |schema: &str| {
            format!(
                "SELECT count(*) FROM {schema}.t WHERE {column} IS NULL AND {column} IS DISTINCT FROM NULL"
            )
        };
        assert_eq!(value(&mut conn, &kept("base_template")).as_deref(), Some("1"), "{what}");
        assert_eq!(value(&mut conn, &kept("tenant_acme")).as_deref(), Some("1"), "{what}");
    }
    conn.batch_execute("DROP SCHEMA base_template CASCADE").unwrap();
    assert_eq!(value(&mut conn, "SELECT count(m) FROM tenant_acme.t").as_deref(), Some("1"));
}

#[test]
fn columns_of_every_kind_take_their_values() {
    let (_database, mut conn) = database(
        r#"CREATE TABLE kinds (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer GENERATED BY DEFAULT AS IDENTITY,
               gone text, "Mixed ""Case""" text, twice integer GENERATED ALWAYS AS (n * 2) STORED, "source" text, relname text, oid oid);
           ALTER TABLE kinds DROP COLUMN gone;
           CREATE UNLOGGED TABLE unlogged (x serial);
           CREATE TABLE nothing ();
           CREATE TABLE computed (x integer GENERATED ALWAYS AS (3) STORED);
           CREATE TABLE empty (x integer);
           INSERT INTO kinds ("Mixed ""Case""", "source", relname) VALUES ('a', 'b', 'c'), (NULL, 'd', 'e');
           INSERT INTO kinds (id, n) OVERRIDING SYSTEM VALUE VALUES (-5, -7);
           INSERT INTO unlogged DEFAULT VALUES;
           INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
           INSERT INTO computed DEFAULT VALUES;"#,
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.nothing").as_deref(), Some("2"));
    conn.batch_execute("INSERT INTO tenant_acme.kinds DEFAULT VALUES").unwrap();
    assert_eq!(
        value(&mut conn, "SELECT max(id) || ' ' || max(n) FROM tenant_acme.kinds").as_deref(),
        Some("3 3")
    );
}

/// Where every sequence of a schema stands.
fn sequences(conn: &mut PgConnection, schema: &str) -> Vec<String> {
    const SQL: &str = "SELECT format('%s %s', c.relname, (xpath('/table/row/x/text()', \
         query_to_xml(format('SELECT last_value || '' '' || is_called AS x FROM %I.%I', n.nspname, c.relname), false, false, '')))[1]) AS value \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'S' ORDER BY c.relname";
    values(conn, SQL, schema)
}

const SEQUENCES: &str = "
    CREATE SEQUENCE shared START 100 INCREMENT -3 MINVALUE -10 MAXVALUE 200 CYCLE CACHE 5;
    CREATE SEQUENCE alone;
    CREATE TABLE plans (id serial, number bigint GENERATED ALWAYS AS IDENTITY (START 7), code bigint DEFAULT nextval('shared'));
    CREATE TABLE orders (id serial, fresh serial, code bigint DEFAULT nextval('shared'));
    INSERT INTO plans DEFAULT VALUES; INSERT INTO plans DEFAULT VALUES;
    INSERT INTO orders (fresh) VALUES (1);
    SELECT setval('alone', 42, false);";

#[test]
fn with_all_rows_every_sequence_goes_on_where_the_source_stands() {
    let (_database, mut conn) = database(SEQUENCES);
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    let expected = sequences(&mut conn, "base_template");
    assert_eq!(sequences(&mut conn, "tenant_acme"), expected);
    assert!(
        expected.contains(&"alone 42 false".to_owned())
            && expected.contains(&"orders_fresh_seq 1 false".to_owned()),
        "{expected:?}"
    );
}

#[test]
fn only_sequences_that_seeds_own_or_use_are_set_on() {
    let (_database, mut conn) = database(SEQUENCES);
    clone(&mut conn, "tenant_acme", of(&["plans"])).unwrap();
    let shared = value(&mut conn, "SELECT last_value || ' ' || is_called FROM base_template.shared").unwrap();
    let expected = [
        "alone 1 false",
        "orders_fresh_seq 1 false",
        "orders_id_seq 1 false",
        "plans_id_seq 2 true",
        "plans_number_seq 8 true",
        &format!("shared {shared}"),
    ];
    assert_eq!(sequences(&mut conn, "tenant_acme"), expected);
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.plans").as_deref(), Some("2"));
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.orders").as_deref(), Some("0"));
}

#[test]
fn fifty_tables_that_refer_to_each_other_in_circles() {
    let mut sql = String::new();
    for n in 0..50 {
        sql.push_str(&format!(
            "CREATE TABLE t{n:02} (id bigserial PRIMARY KEY, next bigint NOT NULL, other bigint, note text UNIQUE);"
        ));
    }
    for n in 0..50 {
        let (next, other) = ((n + 1) % 50, (n * 7 + 3) % 50);
        sql.push_str(&format!(
            "ALTER TABLE t{n:02} ADD CONSTRAINT next FOREIGN KEY (next) REFERENCES t{next:02} DEFERRABLE INITIALLY DEFERRED;
             ALTER TABLE t{n:02} ADD CONSTRAINT other FOREIGN KEY (other) REFERENCES t{other:02};"
        ));
    }
    sql.push_str("BEGIN;");
    for n in 0..50 {
        sql.push_str(&format!(
            "INSERT INTO t{n:02} (next, note) SELECT 21 - i, 'row ' || i FROM generate_series(1, 20) i;"
        ));
    }
    sql.push_str("COMMIT;");
    for n in 0..50 {
        sql.push_str(&format!("UPDATE t{n:02} SET other = id;"));
    }
    let (_database, mut conn) = database(&sql);
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    let valid = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'tenant_acme'::regnamespace AND contype = 'f' AND convalidated";
    assert_eq!(value(&mut conn, valid).as_deref(), Some("100"));
}

#[test]
fn nothing_fires_while_rows_are_copied() {
    let (_database, mut conn) = database(
        "CREATE TABLE audit (what text);
         CREATE TABLE t (id integer, note text);
         CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO audit VALUES (TG_NAME); NEW.note := 'written by a trigger'; RETURN NEW; END $$;
         INSERT INTO t VALUES (1, 'mine');
         CREATE TRIGGER before BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION write_audit();
         CREATE TRIGGER always AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION write_audit();
         ALTER TABLE t ENABLE ALWAYS TRIGGER always;
         CREATE TRIGGER statement AFTER INSERT ON t EXECUTE FUNCTION write_audit();
         CREATE RULE also AS ON INSERT TO t DO ALSO INSERT INTO audit VALUES ('rule');",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    assert_eq!(value(&mut conn, "SELECT note FROM tenant_acme.t").as_deref(), Some("mine"));
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.audit").as_deref(), Some("0"));
}

#[test]
fn rows_that_an_unvalidated_check_forbids_are_copied_too() {
    let (_database, mut conn) = database(
        "CREATE DOMAIN positive AS integer;
         CREATE TABLE t (a positive, b integer, c integer);
         INSERT INTO t VALUES (-1, -1, -1);
         ALTER DOMAIN positive ADD CONSTRAINT old CHECK (VALUE > 0) NOT VALID;
         COMMENT ON CONSTRAINT old ON DOMAIN positive IS 'from now on';",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    let comment = "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'old' \
                   AND connamespace = 'tenant_acme'::regnamespace AND NOT convalidated";
    assert_eq!(value(&mut conn, comment).as_deref(), Some("from now on"));
}

#[test]
fn what_checks_and_generated_columns_call_runs_under_the_tenants_path() {
    let (_database, mut conn) = database(
        "CREATE FUNCTION inner_double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
         CREATE FUNCTION double(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN inner_double(n); END';
         CREATE TABLE t (n integer CHECK (double(n) > 0), d integer GENERATED ALWAYS AS (double(n)) STORED);
         INSERT INTO t VALUES (1), (2);",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
}

#[test]
fn what_a_value_names_in_the_source_it_names_in_the_clone() {
    let (_database, mut conn) = database(
        "CREATE TYPE mood AS ENUM ('x');
         CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
         CREATE TABLE \"Odd name\" (relname text);
         CREATE DOMAIN table_name AS regclass;
         CREATE TABLE t (c regclass, y regtype, p regproc, n regnamespace, d table_name, l regcollation, g regconfig);
         INSERT INTO t VALUES ('\"Odd name\"', 'mood', 'f', 'base_template', 't', '\"C\"', 'english'),
                              ('pg_class', 'mood[]', 'now', 'public', NULL, NULL, NULL), ('0', 'integer', NULL, NULL, 'pg_type', NULL, NULL);",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    let rows = |schema: &str| format!("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {schema}.t");
    let expected = value(&mut conn, &rows("base_template")).unwrap();
    assert!(expected.contains(r#"base_template.""Odd name"""#), "{expected}");
    assert_eq!(
        value(&mut conn, &rows("tenant_acme")).unwrap(),
        expected.replace("base_template", "tenant_acme")
    );
}

#[test]
fn forced_policies_hide_nothing_from_whoever_bypasses_them() {
    let (_database, mut conn) = database(
        "CREATE TABLE t (id integer);
         INSERT INTO t VALUES (1), (2);
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
         CREATE POLICY first ON t USING (id = 1);",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
}

#[test]
fn rows_that_a_policy_hides_are_never_left_out_in_silence() {
    let (_database, mut conn) = database(
        "CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (2);
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
         CREATE POLICY first ON t USING (id = 1);
         DO $$ BEGIN CREATE ROLE tenancy_rows_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO tenancy_rows_role', current_database()); END $$;
         ALTER TABLE t OWNER TO tenancy_rows_role; ALTER SCHEMA base_template OWNER TO tenancy_rows_role;",
    );
    conn.batch_execute("SET ROLE tenancy_rows_role").unwrap();
    let extent = Extent { rows: Rows::All };
    let script = capture_as(&mut conn, &template(), &extent).unwrap().render(&schema("tenant_acme"));
    let error = conn.transaction(|conn| conn.batch_execute(script.as_str())).unwrap_err();
    assert!(error.to_string().contains("row-level security"), "{error}");
}

#[test]
fn materialized_views_show_the_copied_rows() {
    let (_database, mut conn) = database(
        "CREATE TABLE t (n integer); INSERT INTO t VALUES (1), (2);
         CREATE MATERIALIZED VIEW sums AS SELECT sum(n) AS s FROM t;
         CREATE MATERIALIZED VIEW later AS SELECT n FROM t WITH NO DATA;",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_eq!(value(&mut conn, "SELECT s FROM tenant_acme.sums").as_deref(), Some("3"));
    let unpopulated = "SELECT relispopulated FROM pg_class WHERE oid = 'tenant_acme.later'::regclass";
    assert_eq!(value(&mut conn, unpopulated).as_deref(), Some("false"));
}

#[test]
fn a_table_that_is_not_there_is_named() {
    let (_database, mut conn) = database("CREATE TABLE plans (id integer); CREATE VIEW v AS SELECT 1 AS x");
    let error = clone(&mut conn, "tenant_acme", of(&["plans", "Gone", "v"])).unwrap_err();
    assert!(
        matches!(&error, CaptureError::NoSuchTables { tables, .. } if *tables == ["Gone", "v"]),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("`Gone`, `v`") && error.to_string().contains("tenancy seed --remove"),
        "{error}"
    );
}

#[test]
fn rows_are_those_of_one_moment_whatever_is_written_meanwhile() {
    // Each table has one row for every change, and a sum that no change alters.
    let (database, mut conn) = database(
        "CREATE TABLE a (id bigserial PRIMARY KEY, n integer NOT NULL);
         CREATE TABLE b (id bigserial PRIMARY KEY, n integer NOT NULL);
         CREATE FUNCTION public.nap() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(0.02) IS NOT NULL';
         CREATE TABLE aa (n integer CHECK (public.nap()));
         INSERT INTO aa SELECT generate_series(1, 10);",
    );
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut writer = database.connect();
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    writer
                        .batch_execute(
                            "BEGIN; INSERT INTO base_template.a (n) VALUES (1); INSERT INTO base_template.b (n) VALUES (-1); COMMIT",
                        )
                        .unwrap();
                }
            });
        }
        for round in 0..5 {
            clone(&mut conn, &format!("tenant_{round}"), Rows::All).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let mut last = 0;
    for round in 0..5 {
        let sql = format!(
            "SELECT (SELECT sum(n) FROM tenant_{round}.a) + (SELECT sum(n) FROM tenant_{round}.b) || ' ' || (SELECT count(*) FROM tenant_{round}.a) \
             || ' ' || ((SELECT last_value FROM tenant_{round}.a_id_seq) >= (SELECT max(id) FROM tenant_{round}.a))"
        );
        let found = value(&mut conn, &sql).unwrap();
        let parts: Vec<&str> = found.split(' ').collect();
        assert_eq!((parts[0], parts[2]), ("0", "true"), "{found}");
        let rows: i64 = parts[1].parse().unwrap();
        assert!(rows > last, "nobody wrote: {found}");
        last = rows;
    }
}

#[test]
fn rows_of_partitioned_tables_find_their_partitions_anew() {
    // A hash of an enum is that of its OID, which is another in the clone.
    let (_database, mut conn) = database(
        "CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
         CREATE TABLE by_hash (m mood, id serial) PARTITION BY HASH (m);
         CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
         INSERT INTO by_hash SELECT unnest(enum_range(NULL::mood));
         CREATE TABLE days (day date, kind text, n integer GENERATED ALWAYS AS (length(kind)) STORED) PARTITION BY RANGE (day);
         CREATE TABLE days_old PARTITION OF days FOR VALUES FROM (MINVALUE) TO ('2020-01-01') PARTITION BY LIST (kind);
         CREATE TABLE days_old_x (kind text, gone integer, day date, n integer GENERATED ALWAYS AS (length(kind)) STORED);
         ALTER TABLE days_old_x DROP COLUMN gone;
         ALTER TABLE days_old ATTACH PARTITION days_old_x FOR VALUES IN ('x');
         CREATE TABLE days_old_rest PARTITION OF days_old DEFAULT;
         CREATE TABLE days_rest PARTITION OF days DEFAULT;
         INSERT INTO days VALUES ('2019-01-01', 'x'), ('2019-01-01', 'long'), ('2021-01-01', 'x'), (NULL, NULL);",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    for table in ["by_hash", "days", "days_old", "days_old_x", "days_rest"] {
        let rows = |schema: &str| {
            format!("SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM {schema}.{table} t")
        };
        if table != "days_old_x" {
            assert!(value(&mut conn, &rows("base_template")).is_some());
        }
        assert_eq!(
            value(&mut conn, &rows("tenant_acme")),
            value(&mut conn, &rows("base_template")),
            "{table}"
        );
    }
    // A partition that a constraint excludes is not read: each row is where it is looked for.
    for mood in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let sql = format!("SELECT count(*) FROM tenant_acme.by_hash WHERE m = '{mood}'");
        assert_eq!(value(&mut conn, &sql).as_deref(), Some("1"), "{mood}");
    }
    conn.batch_execute("INSERT INTO tenant_acme.by_hash VALUES ('a')").unwrap();
    assert_eq!(value(&mut conn, "SELECT max(id) FROM tenant_acme.by_hash").as_deref(), Some("9"));
    clone(&mut conn, "tenant_seeded", of(&["by_hash"])).unwrap();
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_seeded.by_hash").as_deref(), Some("8"));
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_seeded.days").as_deref(), Some("0"));
    let error = clone(&mut conn, "tenant_other", of(&["by_hash_0"])).unwrap_err();
    assert!(matches!(error, CaptureError::NoSuchTables { .. }), "{error}");
}

#[test]
fn rows_of_heirs_are_copied_once() {
    let (_database, mut conn) = database(
        "CREATE TABLE parent (id serial, note text);
         CREATE TABLE child (extra integer) INHERITS (parent);
         CREATE TYPE shape AS (a integer, b text);
         CREATE TABLE typed OF shape;
         CREATE TABLE checked (a integer);
         INSERT INTO parent (note) VALUES ('p'); INSERT INTO child (note, extra) VALUES ('c', 1);
         INSERT INTO typed VALUES (1, 'x'); INSERT INTO checked VALUES (-1);
         ALTER TABLE checked ADD CONSTRAINT old CHECK (a > 0) NOT VALID;
         COMMENT ON CONSTRAINT old ON checked IS 'from now on';",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    assert_same_rows(&mut conn, "tenant_acme");
    assert_eq!(value(&mut conn, "SELECT count(*) FROM tenant_acme.parent").as_deref(), Some("2"));
    clone(&mut conn, "tenant_seeded", of(&["parent"])).unwrap();
    assert_eq!(
        value(&mut conn, "SELECT count(*) FROM tenant_seeded.parent").as_deref(),
        Some("1"),
        "not its heirs'"
    );
}

#[test]
fn casts_of_the_users_own_change_no_value() {
    let (_database, mut conn) = database(
        "CREATE TYPE mood AS ENUM ('x', 'y');
         CREATE FUNCTION shout(mood) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'WRONG' $$;
         CREATE FUNCTION always_y(text) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT enum_last(NULL::base_template.mood) $$;
         CREATE CAST (mood AS text) WITH FUNCTION shout(mood);
         CREATE CAST (text AS mood) WITH FUNCTION always_y(text);
         CREATE TABLE t (m mood, ms mood[]);
         INSERT INTO t VALUES ('x', '{x,y}');",
    );
    clone(&mut conn, "tenant_acme", Rows::All).unwrap();
    let row = |schema: &str| format!("SELECT format('%s %s', m, ms) FROM {schema}.t");
    assert_eq!(value(&mut conn, &row("tenant_acme")), value(&mut conn, &row("base_template")));
    assert_eq!(value(&mut conn, &row("tenant_acme")).as_deref(), Some("x {x,y}"));
}
