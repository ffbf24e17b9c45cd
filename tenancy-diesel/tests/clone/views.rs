//! Views, materialized views and rules.

use crate::same::clones;

clones! {
    views_on_views_and_recursive_ones: "
        CREATE TABLE t (id integer PRIMARY KEY, up integer, note text);
        CREATE VIEW z AS SELECT id, note FROM t WHERE note <> 'base_template'; CREATE VIEW a AS SELECT z.*, t.up FROM z JOIN t USING (id);
        CREATE RECURSIVE VIEW r (id, depth) AS SELECT id, 1 FROM t WHERE up IS NULL UNION ALL SELECT t.id, depth + 1 FROM t JOIN r ON t.up = r.id;
        CREATE VIEW w AS SELECT id, row_number() OVER (PARTITION BY up ORDER BY id) AS n, (SELECT max(a.id) FROM a) AS m FROM t;
        CREATE VIEW u AS SELECT 'base_template.t' AS lit UNION ALL SELECT note FROM t UNION SELECT NULL; CREATE VIEW vals AS VALUES (1, 'base_template'), (2, NULL);";
    views_with_options: "
        CREATE TABLE t (id integer, n integer);
        CREATE VIEW b WITH (security_barrier) AS SELECT * FROM t; CREATE VIEW i WITH (/*15+ security_invoker = true, */ security_barrier = false) AS SELECT * FROM t;
        CREATE VIEW l AS SELECT * FROM t WHERE id > 0 WITH LOCAL CHECK OPTION; CREATE VIEW c AS SELECT * FROM l WHERE n > 0 WITH CASCADED CHECK OPTION;
        ALTER VIEW c ALTER COLUMN n SET DEFAULT 5; COMMENT ON COLUMN c.n IS 'base_template';";
    a_view_of_all_columns_and_renamed_ones: "
        CREATE TABLE t (id integer PRIMARY KEY, n integer); CREATE TABLE u (id integer, m integer);
        CREATE VIEW v AS SELECT * FROM t; CREATE VIEW j AS SELECT * FROM t NATURAL LEFT JOIN u; CREATE VIEW g AS SELECT t.*, count(*) FROM t GROUP BY id;
        ALTER VIEW v RENAME COLUMN n TO \"N n\"; ALTER TABLE t RENAME COLUMN n TO renamed; ALTER TABLE t ADD COLUMN late integer; ALTER TABLE t RENAME TO another;";
    views_and_functions_that_need_each_other: "
        CREATE TABLE t (id integer); CREATE VIEW v AS SELECT id FROM t;
        CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM v; END;
        CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE NOT EXISTS (SELECT FROM f());
        CREATE VIEW one AS SELECT 1 AS n; CREATE VIEW two AS SELECT n FROM one; CREATE OR REPLACE VIEW one AS SELECT n FROM two;";
    materialized_views: "
        CREATE TABLE t (id integer, n text);
        CREATE MATERIALIZED VIEW full_one AS SELECT id, 'base_template' AS lit FROM t; CREATE MATERIALIZED VIEW \"Empty one\" WITH (fillfactor = 66, autovacuum_enabled = off) AS SELECT * FROM full_one WITH NO DATA;
        CREATE VIEW on_it AS SELECT * FROM \"Empty one\"; CREATE UNIQUE INDEX mi ON full_one (id) INCLUDE (lit); CREATE INDEX ON full_one (lower(lit)) WHERE id > 0; ALTER MATERIALIZED VIEW full_one CLUSTER ON mi;
        CREATE STATISTICS ms ON id, lit FROM full_one; ALTER MATERIALIZED VIEW full_one ALTER COLUMN lit SET STATISTICS 5, ALTER COLUMN lit SET STORAGE EXTERNAL, ALTER COLUMN id SET (n_distinct = 3);
        COMMENT ON MATERIALIZED VIEW full_one IS 'base_template'; COMMENT ON COLUMN full_one.lit IS 'x';";
    rules: "
        CREATE TABLE t (id integer, note text); CREATE TABLE log (id integer, at timestamptz DEFAULT now());
        CREATE VIEW v AS SELECT * FROM t;
        CREATE RULE \"also 'it'\" AS ON INSERT TO t WHERE new.note <> 'base_template' DO ALSO (INSERT INTO log (id) VALUES (new.id); DELETE FROM log WHERE id = 0);
        CREATE RULE notify AS ON UPDATE TO t DO ALSO NOTIFY base_template;
        CREATE RULE instead AS ON UPDATE TO v DO INSTEAD UPDATE t SET note = new.note WHERE id = old.id RETURNING t.*;
        CREATE RULE nothing AS ON DELETE TO t WHERE old.id = 1 DO INSTEAD NOTHING; CREATE RULE off AS ON INSERT TO log DO ALSO NOTHING; CREATE RULE always AS ON UPDATE TO log DO ALSO NOTHING; CREATE RULE replica AS ON DELETE TO log DO ALSO NOTHING;
        ALTER TABLE log DISABLE RULE off; ALTER TABLE log ENABLE ALWAYS RULE always; ALTER TABLE log ENABLE REPLICA RULE replica;
        COMMENT ON RULE off ON log IS 'base_template';";
}
