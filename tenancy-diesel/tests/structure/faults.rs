//! The faults: what both schemas hold, what then happens to the second, and what must be said about it.

pub(crate) struct Fault {
    pub(crate) before: &'static str,
    /// `{s}` is the second schema.
    pub(crate) change: &'static str,
    pub(crate) found: &'static [&'static str],
    /// What else, from this version of PostgreSQL on.
    pub(crate) since: Option<(i32, &'static str)>,
    /// The first version of PostgreSQL that can be told to do this.
    pub(crate) version: i32,
}

impl Fault {
    const fn since(self, version: i32, found: &'static str) -> Self {
        Self { since: Some((version, found)), ..self }
    }

    const fn from(self, version: i32) -> Self {
        Self { version, ..self }
    }
}

const fn fault(before: &'static str, change: &'static str, found: &'static [&'static str]) -> Fault {
    Fault { before, change, found, since: None, version: 0 }
}

const T: &str = "CREATE TABLE t (id integer CONSTRAINT t_pkey PRIMARY KEY, x integer, y text)";
const FK: &str = "CREATE TABLE t (id integer PRIMARY KEY, x integer); \
                  CREATE TABLE u (id integer PRIMARY KEY, t integer, CONSTRAINT fk FOREIGN KEY (t) REFERENCES t)";
const VIEW: &str = "CREATE TABLE t (id integer, x integer); CREATE VIEW v AS SELECT id, x FROM t WHERE x > 0";
const MATVIEW: &str = "CREATE MATERIALIZED VIEW m AS SELECT 1 AS id";
const SEQUENCE: &str = "CREATE TABLE t (id integer, other integer); CREATE SEQUENCE s OWNED BY t.id";
const TRIGGER: &str = "CREATE TABLE t (id integer, x integer); \
                       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
                       CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()";
const POLICY: &str = "CREATE TABLE t (id integer); ALTER TABLE t ENABLE ROW LEVEL SECURITY; \
                      CREATE POLICY p ON t FOR SELECT USING (id > 0)";
const RULE: &str = "CREATE TABLE t (id integer); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING";
const PARTS: &str = "CREATE TABLE p (id integer, x integer) PARTITION BY RANGE (id); \
                     CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10); \
                     CREATE TABLE p2 (id integer, x integer)";
const F: &str = "CREATE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'";
const AGG: &str = "CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')";
const DOMAIN: &str = "CREATE DOMAIN d AS integer CONSTRAINT positive CHECK (VALUE > 0)";
const OPERATOR: &str = "CREATE FUNCTION eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; \
                        CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer)";
const CLASS: &str = "CREATE OPERATOR CLASS oc FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 3 =, \
                     FUNCTION 1 btint4cmp(integer, integer)";
const SEARCH: &str = "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, STOPWORDS = english); \
                      CREATE TEXT SEARCH CONFIGURATION c (PARSER = default); \
                      ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d, english_stem";
const STATISTICS: &str = "CREATE TABLE t (x integer, y integer); CREATE STATISTICS st ON x, y FROM t";
const CAST: &str = "CREATE TYPE pair AS (x integer, y integer); \
                    CREATE FUNCTION as_pair(integer) RETURNS pair LANGUAGE sql AS 'SELECT ROW($1, $1)::pair'; \
                    CREATE CAST (integer AS pair) WITH FUNCTION as_pair(integer)";

pub(crate) const FAULTS: &[Fault] = &[
    // The schema.
    // A schema may have an owner of its own; then everything in it must be the owner's.
    fault(
        "CREATE SEQUENCE q",
        "ALTER SCHEMA {s} OWNER TO tenancy_structure_role",
        &["sequence q differs in owner, privileges"],
    ),
    fault("", "GRANT USAGE ON SCHEMA {s} TO PUBLIC", &["schema differs in privileges"]),
    fault("", "COMMENT ON SCHEMA {s} IS 'x'", &["comment schema is extra"]),
    fault(
        "",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO PUBLIC",
        &["default privileges the owner.r is extra"],
    ),
    fault(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT INSERT ON TABLES TO PUBLIC",
        &["default privileges the owner.r differs in privileges"],
    ),
    // Tables.
    fault(T, "DROP TABLE t", &["index t_pkey is missing", "table t is missing"]),
    fault("", "CREATE TABLE t (x integer)", &["table t is extra"]),
    fault(
        T,
        "ALTER TABLE t OWNER TO tenancy_structure_role",
        &[
            "index t_pkey differs in owner, privileges",
            "row type t differs in owner, privileges",
            "table t differs in owner, privileges",
        ],
    ),
    fault(T, "GRANT SELECT ON t TO PUBLIC", &["table t differs in privileges"]),
    fault(
        T,
        "ALTER TABLE t SET UNLOGGED",
        &["index t_pkey differs in persistence", "table t differs in persistence"],
    ),
    fault(T, "ALTER TABLE t SET (fillfactor = 70)", &["table t differs in storage parameters"]),
    fault(
        T,
        "ALTER TABLE t SET (toast.autovacuum_enabled = off)",
        &["table t differs in storage parameters of its TOAST table"],
    ),
    fault(T, "ALTER TABLE t REPLICA IDENTITY FULL", &["table t differs in replica identity"]),
    fault(
        T,
        "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
        &["index t_pkey differs in replica identity of its table", "table t differs in replica identity"],
    ),
    fault(T, "ALTER TABLE t CLUSTER ON t_pkey", &["index t_pkey differs in clustered"]),
    fault(T, "ALTER TABLE t ENABLE ROW LEVEL SECURITY", &["table t differs in row level security"]),
    fault(
        T,
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        &["table t differs in row level security for the owner"],
    ),
    fault(T, "COMMENT ON TABLE t IS 'x'", &["comment table t is extra"]),
    fault(T, "COMMENT ON COLUMN t.x IS 'x'", &["comment column x of table t is extra"]),
    fault(
        "CREATE TABLE t (id integer); COMMENT ON TABLE t IS 'before'",
        "COMMENT ON TABLE t IS 'after'",
        &["comment table t differs in text"],
    ),
    fault(T, "GRANT USAGE ON TYPE t TO tenancy_structure_role", &["row type t differs in privileges"]),
    fault(
        "CREATE TYPE ty AS (x integer); CREATE TABLE t OF ty",
        "ALTER TABLE t NOT OF",
        &["table t differs in type"],
    ),
    fault(
        "CREATE TABLE parent (x integer); CREATE TABLE t (x integer)",
        "ALTER TABLE t INHERIT parent",
        &["column t.x differs in parents that have it", "table t differs in parents"],
    ),
    fault(
        "CREATE TABLE parent (); CREATE TABLE t ()",
        "ALTER TABLE t INHERIT parent",
        &["table t differs in parents"],
    ),
    // Columns.
    fault(T, "ALTER TABLE t ADD z integer", &["column t.z is extra"]),
    fault(T, "ALTER TABLE t DROP y", &["column t.y is missing"]),
    fault(
        T,
        "ALTER TABLE t DROP x; ALTER TABLE t ADD x integer",
        &["column t.x differs in position", "column t.y differs in position"],
    ),
    fault(T, "ALTER TABLE t ALTER x TYPE bigint", &["column t.x differs in type"]),
    fault(T, "ALTER TABLE t ALTER y TYPE text COLLATE \"C\"", &["column t.y differs in collation"]),
    // NOT NULL is a constraint with a name in newer versions, first of domains, then of tables.
    fault(T, "ALTER TABLE t ALTER x SET NOT NULL", &["column t.x differs in not null"])
        .since(180_000, "constraint t.t_x_not_null is extra"),
    fault(T, "ALTER TABLE t ALTER x SET DEFAULT 1", &["column t.x differs in default"]),
    fault(
        "CREATE TABLE t (x integer DEFAULT 1)",
        "ALTER TABLE t ALTER x SET DEFAULT 2",
        &["column t.x differs in default"],
    ),
    fault(
        "CREATE SEQUENCE s; CREATE TABLE t (x integer DEFAULT nextval('s'))",
        "ALTER TABLE t ALTER x SET DEFAULT nextval('base_template.s')",
        &["column t.x differs in default"],
    ),
    fault(
        "CREATE TABLE t (x regclass DEFAULT 'shared'::regclass)",
        "CREATE TABLE shared (); ALTER TABLE t ALTER x SET DEFAULT '{s}.shared'::regclass",
        &["column t.x differs in default", "table shared is extra"],
    ),
    fault(
        "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)",
        "ALTER TABLE t ALTER id SET GENERATED BY DEFAULT",
        &["column t.id differs in identity"],
    ),
    fault(
        "CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)",
        "ALTER TABLE t ALTER id DROP IDENTITY",
        &["column t.id differs in identity", "sequence t_id_seq is missing"],
    ),
    fault(
        "CREATE TABLE t (x integer, z integer GENERATED ALWAYS AS (x + 1) STORED)",
        "ALTER TABLE t ALTER z DROP EXPRESSION",
        &["column t.z differs in default, generated"],
    ),
    fault(T, "ALTER TABLE t ALTER y SET STORAGE EXTERNAL", &["column t.y differs in storage"]),
    fault(T, "ALTER TABLE t ALTER y SET COMPRESSION pglz", &["column t.y differs in compression"]),
    fault(T, "ALTER TABLE t ALTER y SET STATISTICS 7", &["column t.y differs in statistics target"]),
    fault(T, "ALTER TABLE t ALTER y SET (n_distinct = 5)", &["column t.y differs in options"]),
    fault(T, "GRANT SELECT (x) ON t TO PUBLIC", &["column t.x differs in privileges"]),
    fault(
        "CREATE TABLE parent (x integer); CREATE TABLE t (x integer) INHERITS (parent)",
        "ALTER TABLE t NO INHERIT parent",
        &["column t.x differs in parents that have it", "table t differs in parents"],
    ),
    fault(
        "CREATE TABLE parent (x integer); CREATE TABLE t () INHERITS (parent)",
        "ALTER TABLE t NO INHERIT parent; ALTER TABLE t INHERIT parent",
        &["column t.x differs in its own"],
    ),
    // Constraints.
    fault(T, "ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0)", &["constraint t.c is extra"]),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT c CHECK (x > 0))",
        "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 1)",
        &["constraint t.c differs in definition, expression"],
    ),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT c CHECK (x > 0))",
        "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NO INHERIT",
        &["constraint t.c differs in definition, not inherited"],
    ),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT c CHECK (x > 0))",
        "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID",
        &["constraint t.c differs in definition, validated"],
    ),
    fault(
        T,
        "ALTER TABLE t RENAME CONSTRAINT t_pkey TO other",
        &[
            "constraint t.other is extra",
            "constraint t.t_pkey is missing",
            "index other is extra",
            "index t_pkey is missing",
        ],
    ),
    fault(
        T,
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        &["constraint t.t_pkey is missing", "index t_pkey is missing"],
    ),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT u UNIQUE (x))",
        "ALTER TABLE t DROP CONSTRAINT u; ALTER TABLE t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (x)",
        &["constraint t.u differs in definition", "index u differs in definition"],
    )
    .from(150_000),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT u UNIQUE (x))",
        "ALTER TABLE t DROP CONSTRAINT u; ALTER TABLE t ADD CONSTRAINT u UNIQUE (x) DEFERRABLE",
        &["constraint t.u differs in deferrable, definition", "index u differs in immediate"],
    ),
    fault(
        "CREATE TABLE t (x integer, CONSTRAINT e EXCLUDE USING gist (x WITH =))",
        "ALTER TABLE t DROP CONSTRAINT e; ALTER TABLE t ADD CONSTRAINT e EXCLUDE USING gist (x WITH <>)",
        &["constraint t.e differs in definition"],
    ),
    fault(T, "COMMENT ON CONSTRAINT t_pkey ON t IS 'x'", &["comment constraint t.t_pkey is extra"]),
    // Foreign keys.
    fault(FK, "ALTER TABLE u DROP CONSTRAINT fk", &["foreign key u.fk is missing"]),
    fault(
        FK,
        "ALTER TABLE u DROP CONSTRAINT fk; ALTER TABLE u ADD CONSTRAINT fk FOREIGN KEY (t) REFERENCES base_template.t",
        &["foreign key u.fk differs in definition"],
    ),
    fault(
        FK,
        "ALTER TABLE u DROP CONSTRAINT fk; ALTER TABLE u ADD CONSTRAINT fk FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE",
        &["foreign key u.fk differs in definition"],
    ),
    fault(
        FK,
        "ALTER TABLE u DROP CONSTRAINT fk; ALTER TABLE u ADD CONSTRAINT fk FOREIGN KEY (t) REFERENCES t NOT VALID",
        &["foreign key u.fk differs in definition, validated"],
    ),
    fault(
        FK,
        "ALTER TABLE u ALTER CONSTRAINT fk DEFERRABLE INITIALLY DEFERRED",
        &["foreign key u.fk differs in deferrable, deferred, definition"],
    ),
    fault(
        FK,
        "ALTER TABLE u DISABLE TRIGGER ALL",
        &[
            "trigger of a constraint u.constraint fk on table u (\"RI_FKey_check_ins\") is extra",
            "trigger of a constraint u.constraint fk on table u (\"RI_FKey_check_upd\") is extra",
        ],
    ),
    // Indexes.
    fault(T, "CREATE INDEX i ON t (x)", &["index i is extra"]),
    fault("CREATE TABLE t (x text); CREATE INDEX i ON t (x)", "DROP INDEX i", &["index i is missing"]),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE UNIQUE INDEX i ON t (x)",
        &["index i differs in definition, unique"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t (x DESC)",
        &["index i differs in definition"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t (x text_pattern_ops)",
        &["index i differs in definition"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t (x COLLATE \"C\")",
        &["index i differs in definition"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t USING hash (x)",
        &["index i differs in access method, definition"],
    ),
    fault(
        "CREATE TABLE t (x text, y text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t (x) INCLUDE (y)",
        &["index i differs in definition"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "DROP INDEX i; CREATE INDEX i ON t (x) WHERE x <> ''",
        &["index i differs in definition, predicate"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (lower(x))",
        "DROP INDEX i; CREATE INDEX i ON t (upper(x))",
        &["index i differs in definition, expressions"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "ALTER INDEX i SET (fillfactor = 50)",
        &["index i differs in definition, storage parameters"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (lower(x))",
        "ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9",
        &["index i differs in statistics targets"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "COMMENT ON INDEX i IS 'x'",
        &["comment index i is extra"],
    ),
    fault(
        "CREATE TABLE t (x text); CREATE INDEX i ON t (x)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
        &["index i differs in valid"],
    ),
    // Partitions.
    fault(
        PARTS,
        "ALTER TABLE p DETACH PARTITION p1",
        &[
            "column p1.id differs in its own, parents that have it",
            "column p1.x differs in its own, parents that have it",
            "table p1 differs in a partition, parents, partition bound",
        ],
    ),
    fault(
        PARTS,
        "ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (11)",
        &["table p1 differs in partition bound"],
    ),
    fault(PARTS, "DROP TABLE p1", &["table p1 is missing"]),
    fault(
        PARTS,
        "DROP TABLE p; CREATE TABLE p (id integer, x integer) PARTITION BY RANGE (x); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10)",
        &["partitioned table p differs in partition key"],
    ),
    fault(
        "CREATE TABLE p (id integer) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX i ON ONLY p (id); CREATE INDEX i1 ON p1 (id)",
        "ALTER INDEX i ATTACH PARTITION i1",
        &["index i differs in valid", "index i1 differs in a partition, parents"],
    ),
    // Sequences.
    fault(SEQUENCE, "DROP SEQUENCE s", &["sequence s is missing"]),
    fault(SEQUENCE, "ALTER SEQUENCE s START 5", &["sequence s differs in start"]),
    fault(SEQUENCE, "ALTER SEQUENCE s INCREMENT 2", &["sequence s differs in increment"]),
    fault(
        SEQUENCE,
        "ALTER SEQUENCE s MAXVALUE 9 CACHE 3 CYCLE",
        &["sequence s differs in cache, cycle, maximum"],
    ),
    fault(SEQUENCE, "ALTER SEQUENCE s MINVALUE 0", &["sequence s differs in minimum"]),
    fault(SEQUENCE, "ALTER SEQUENCE s AS integer", &["sequence s differs in maximum, type"]),
    fault(SEQUENCE, "ALTER SEQUENCE s OWNED BY NONE", &["sequence s differs in owned by"]),
    fault(SEQUENCE, "ALTER SEQUENCE s OWNED BY t.other", &["sequence s differs in owned by"]),
    fault(SEQUENCE, "ALTER SEQUENCE s SET UNLOGGED", &["sequence s differs in persistence"]).from(150_000),
    fault(SEQUENCE, "GRANT USAGE ON SEQUENCE s TO PUBLIC", &["sequence s differs in privileges"]),
    fault(SEQUENCE, "COMMENT ON SEQUENCE s IS 'x'", &["comment sequence s is extra"]),
    // Views.
    fault(VIEW, "DROP VIEW v", &["view v is missing"]),
    fault(VIEW, "CREATE OR REPLACE VIEW v AS SELECT id, x FROM t WHERE x > 1", &["view v differs in query"]),
    fault(
        VIEW,
        "CREATE OR REPLACE VIEW v AS SELECT id, x FROM base_template.t WHERE x > 0",
        &["view v differs in query"],
    ),
    fault(VIEW, "ALTER VIEW v SET (security_barrier)", &["view v differs in storage parameters"]),
    fault(VIEW, "ALTER VIEW v SET (security_invoker)", &["view v differs in storage parameters"])
        .from(150_000),
    fault(VIEW, "ALTER VIEW v SET (check_option = local)", &["view v differs in storage parameters"]),
    fault(VIEW, "ALTER VIEW v ALTER x SET DEFAULT 5", &["column v.x differs in default"]),
    fault(
        VIEW,
        "ALTER VIEW v RENAME COLUMN x TO z",
        &["column v.x is missing", "column v.z is extra", "view v differs in query"],
    ),
    fault(VIEW, "GRANT SELECT ON v TO PUBLIC", &["view v differs in privileges"]),
    fault(MATVIEW, "DROP MATERIALIZED VIEW m", &["materialized view m is missing"]),
    fault(MATVIEW, "REFRESH MATERIALIZED VIEW m WITH NO DATA", &["materialized view m differs in populated"]),
    fault(
        MATVIEW,
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT 2 AS id",
        &["materialized view m differs in query"],
    ),
    fault(MATVIEW, "CREATE INDEX i ON m (id)", &["index i is extra"]),
    fault(
        MATVIEW,
        "DROP MATERIALIZED VIEW m; CREATE VIEW m AS SELECT 1 AS id",
        &["materialized view m is missing", "view m is extra"],
    ),
    // Rules.
    fault(RULE, "DROP RULE r ON t", &["rule t.r is missing"]),
    fault(
        RULE,
        "CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE OLD.id > 1 DO INSTEAD NOTHING",
        &["rule t.r differs in definition"],
    ),
    fault(RULE, "ALTER TABLE t DISABLE RULE r", &["rule t.r differs in enabled"]),
    fault(RULE, "COMMENT ON RULE r ON t IS 'x'", &["comment rule t.r is extra"]),
    // Triggers.
    fault(TRIGGER, "DROP TRIGGER tr ON t", &["trigger t.tr is missing"]),
    fault(TRIGGER, "ALTER TABLE t DISABLE TRIGGER tr", &["trigger t.tr differs in enabled"]),
    fault(TRIGGER, "ALTER TABLE t ENABLE ALWAYS TRIGGER tr", &["trigger t.tr differs in enabled"]),
    fault(TRIGGER, "ALTER TABLE t ENABLE REPLICA TRIGGER tr", &["trigger t.tr differs in enabled"]),
    fault(
        TRIGGER,
        "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        &["trigger t.tr differs in definition"],
    ),
    fault(
        TRIGGER,
        "CREATE OR REPLACE TRIGGER tr AFTER INSERT ON t FOR EACH ROW WHEN (NEW.x > 0) EXECUTE FUNCTION f()",
        &["trigger t.tr differs in definition"],
    ),
    fault(
        TRIGGER,
        "CREATE OR REPLACE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x')",
        &["trigger t.tr differs in definition"],
    ),
    fault(
        TRIGGER,
        "CREATE OR REPLACE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION base_template.f()",
        &["trigger t.tr differs in definition"],
    ),
    fault(
        TRIGGER,
        "CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        &["constraint t.c is extra", "trigger t.c is extra"],
    ),
    fault(TRIGGER, "COMMENT ON TRIGGER tr ON t IS 'x'", &["comment trigger t.tr is extra"]),
    // Policies.
    fault(POLICY, "DROP POLICY p ON t", &["policy t.p is missing"]),
    fault(POLICY, "ALTER POLICY p ON t USING (id > 1)", &["policy t.p differs in USING"]),
    fault(POLICY, "ALTER POLICY p ON t TO tenancy_structure_role", &["policy t.p differs in roles"]),
    fault(
        POLICY,
        "DROP POLICY p ON t; CREATE POLICY p ON t FOR DELETE USING (id > 0)",
        &["policy t.p differs in command"],
    ),
    fault(
        POLICY,
        "DROP POLICY p ON t; CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT USING (id > 0)",
        &["policy t.p differs in permissive"],
    ),
    fault(
        "CREATE TABLE t (id integer); CREATE POLICY p ON t",
        "ALTER POLICY p ON t WITH CHECK (id > 1)",
        &["policy t.p differs in WITH CHECK"],
    ),
    fault(POLICY, "COMMENT ON POLICY p ON t IS 'x'", &["comment policy t.p is extra"]),
    // Extended statistics.
    fault(STATISTICS, "DROP STATISTICS st", &["statistics st is missing"]),
    fault(STATISTICS, "ALTER STATISTICS st SET STATISTICS 5", &["statistics st differs in target"]),
    fault(
        STATISTICS,
        "DROP STATISTICS st; CREATE STATISTICS st (mcv) ON x, y FROM t",
        &["statistics st differs in kinds"],
    ),
    fault(
        STATISTICS,
        "DROP STATISTICS st; CREATE STATISTICS st ON x, (y + 1) FROM t",
        &["statistics st differs in columns, kinds"],
    ),
    fault(STATISTICS, "COMMENT ON STATISTICS st IS 'x'", &["comment statistics st is extra"]),
    fault(
        STATISTICS,
        "ALTER STATISTICS st OWNER TO tenancy_structure_role",
        &["statistics st differs in owner"],
    ),
    // Types.
    fault("CREATE TYPE e AS ENUM ('a', 'b')", "DROP TYPE e", &["enum type e is missing"]),
    fault(
        "CREATE TYPE e AS ENUM ('a', 'b')",
        "ALTER TYPE e ADD VALUE 'c'",
        &["enum type e differs in labels"],
    ),
    fault(
        "CREATE TYPE e AS ENUM ('a', 'b')",
        "DROP TYPE e; CREATE TYPE e AS ENUM ('b', 'a')",
        &["enum type e differs in labels"],
    ),
    fault(
        "CREATE TYPE e AS ENUM ('a', 'b')",
        "REVOKE USAGE ON TYPE e FROM PUBLIC",
        &["enum type e differs in privileges"],
    ),
    fault(
        "CREATE TYPE e AS ENUM ('a', 'b')",
        "ALTER TYPE e OWNER TO tenancy_structure_role",
        &["enum type e differs in owner, privileges"],
    ),
    fault("CREATE TYPE e AS ENUM ('a', 'b')", "COMMENT ON TYPE e IS 'x'", &["comment enum type e is extra"]),
    fault("CREATE TYPE c AS (x integer)", "ALTER TYPE c ADD ATTRIBUTE y text", &["column c.y is extra"]),
    fault(
        "CREATE TYPE c AS (x integer)",
        "ALTER TYPE c ALTER ATTRIBUTE x TYPE bigint",
        &["column c.x differs in type"],
    ),
    fault("CREATE TYPE c AS (x integer)", "DROP TYPE c", &["composite type c is missing"]),
    fault(
        "CREATE TYPE c AS (x integer)",
        "COMMENT ON COLUMN c.x IS 'x'",
        &["comment column x of composite type c is extra"],
    ),
    fault(
        "CREATE TYPE c AS (x integer); CREATE TABLE t (c c)",
        "ALTER TABLE t DROP c; ALTER TABLE t ADD c base_template.c",
        &["column t.c differs in type"],
    ),
    fault(DOMAIN, "DROP DOMAIN d", &["domain d is missing", "domain constraint d.positive is missing"]),
    fault(DOMAIN, "ALTER DOMAIN d SET DEFAULT 1", &["domain d differs in default"]),
    fault(DOMAIN, "ALTER DOMAIN d SET NOT NULL", &["domain d differs in not null"])
        .since(170_000, "domain constraint d.d_not_null is extra"),
    fault(DOMAIN, "ALTER DOMAIN d DROP CONSTRAINT positive", &["domain constraint d.positive is missing"]),
    fault(
        DOMAIN,
        "ALTER DOMAIN d DROP CONSTRAINT positive; ALTER DOMAIN d ADD CONSTRAINT positive CHECK (VALUE > 1)",
        &["domain constraint d.positive differs in definition, expression"],
    ),
    fault(
        "CREATE DOMAIN d AS varchar(5)",
        "DROP DOMAIN d; CREATE DOMAIN d AS varchar(6)",
        &["domain d differs in type"],
    ),
    fault(
        "CREATE DOMAIN d AS text",
        "DROP DOMAIN d; CREATE DOMAIN d AS text COLLATE \"C\"",
        &["domain d differs in collation"],
    ),
    fault(
        DOMAIN,
        "COMMENT ON CONSTRAINT positive ON DOMAIN d IS 'x'",
        &["comment domain constraint d.positive is extra"],
    ),
    fault(
        "CREATE TYPE r AS RANGE (SUBTYPE = float8)",
        "DROP TYPE r; CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi)",
        &["range type r differs in difference function"],
    ),
    fault(
        "CREATE TYPE r AS RANGE (SUBTYPE = text)",
        "DROP TYPE r; CREATE TYPE r AS RANGE (SUBTYPE = text, COLLATION = \"C\")",
        &["range type r differs in collation of the subtype"],
    ),
    fault(
        "CREATE TYPE r AS RANGE (SUBTYPE = text)",
        "DROP TYPE r; CREATE TYPE r AS RANGE (SUBTYPE = text, SUBTYPE_OPCLASS = text_pattern_ops)",
        &["range type r differs in operator class"],
    ),
    fault("", "CREATE TYPE shell", &["shell type shell is extra"]),
    fault(
        "CREATE TYPE base; CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; \
         CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; \
         CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4)",
        "ALTER TYPE base SET (RECEIVE = NONE); UPDATE pg_type SET typcategory = 'N', typispreferred = true WHERE oid = 'base'::regtype",
        &["base type base differs in category, preferred"],
    ),
    // Functions, procedures, aggregates.
    fault(F, "DROP FUNCTION f", &["function f(integer) is missing"]),
    fault(
        F,
        "CREATE FUNCTION f(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        &["function f(text) is extra"],
    ),
    fault(
        F,
        "CREATE OR REPLACE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 2'",
        &["function f(integer) differs in body"],
    ),
    fault(
        F,
        "CREATE OR REPLACE FUNCTION f(a integer DEFAULT 2) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'",
        &["function f(integer) differs in arguments"],
    ),
    fault(
        F,
        "DROP FUNCTION f; CREATE FUNCTION f(b integer DEFAULT 1) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'",
        &["function f(integer) differs in arguments, names of the parameters"],
    ),
    fault(
        F,
        "CREATE OR REPLACE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN END'",
        &["function f(integer) differs in body, language"],
    ),
    fault(
        F,
        "DROP FUNCTION f; CREATE FUNCTION f(a integer DEFAULT 1) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1'",
        &["function f(integer) differs in result"],
    ),
    fault(F, "ALTER FUNCTION f VOLATILE", &["function f(integer) differs in volatility"]),
    fault(F, "ALTER FUNCTION f STRICT", &["function f(integer) differs in strict"]),
    fault(F, "ALTER FUNCTION f SECURITY DEFINER", &["function f(integer) differs in security definer"]),
    fault(F, "ALTER FUNCTION f LEAKPROOF", &["function f(integer) differs in leakproof"]),
    fault(F, "ALTER FUNCTION f PARALLEL SAFE", &["function f(integer) differs in parallel"]),
    fault(F, "ALTER FUNCTION f COST 7", &["function f(integer) differs in cost"]),
    fault(
        F,
        "ALTER FUNCTION f SUPPORT generate_series_int4_support",
        &["function f(integer) differs in support function"],
    ),
    fault(
        "CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION f ROWS 7",
        &["function f() differs in rows"],
    ),
    fault(F, "ALTER FUNCTION f SET work_mem = '8MB'", &["function f(integer) differs in settings"]),
    fault(
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET search_path = {s}, pg_temp AS 'SELECT 1'",
        "ALTER FUNCTION f SET search_path = base_template, pg_temp",
        &["function f() differs in settings"],
    ),
    fault(
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM {s}.t); END'",
        "CREATE OR REPLACE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM base_template.t); END'",
        &["function f() differs in body"],
    ),
    fault(
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'base_template.t' $$",
        "CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '{s}.t' $$",
        &["function f() differs in body"],
    ),
    fault(
        "CREATE TABLE t (id integer); CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql BEGIN ATOMIC SELECT id FROM t; END",
        "CREATE OR REPLACE FUNCTION f() RETURNS SETOF integer LANGUAGE sql BEGIN ATOMIC SELECT id FROM base_template.t; END",
        &["function f() differs in SQL body"],
    ),
    fault(
        F,
        "GRANT EXECUTE ON FUNCTION f TO tenancy_structure_role",
        &["function f(integer) differs in privileges"],
    ),
    fault(
        F,
        "ALTER FUNCTION f OWNER TO tenancy_structure_role",
        &["function f(integer) differs in owner, privileges"],
    ),
    fault(F, "COMMENT ON FUNCTION f IS 'x'", &["comment function f(integer) is extra"]),
    fault(
        "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
        "DROP PROCEDURE p; CREATE FUNCTION p() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        &["function p() is extra", "procedure p() is missing"],
    ),
    fault(AGG, "DROP AGGREGATE total(integer)", &["aggregate total(integer) is missing"]),
    fault(
        AGG,
        "CREATE OR REPLACE AGGREGATE total(integer) (SFUNC = int4mi, STYPE = integer, INITCOND = '0')",
        &["aggregate total(integer) differs in functions"],
    ),
    fault(
        AGG,
        "CREATE OR REPLACE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '1')",
        &["aggregate total(integer) differs in initial state"],
    ),
    fault(
        AGG,
        "CREATE OR REPLACE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE, COMBINEFUNC = int4pl)",
        &["aggregate total(integer) differs in functions, parallel"],
    ),
    // Operators and their classes.
    fault(OPERATOR, "DROP OPERATOR === (integer, integer)", &["operator ===(integer,integer) is missing"]),
    fault(
        OPERATOR,
        "ALTER OPERATOR === (integer, integer) SET (RESTRICT = eqsel)",
        &["operator ===(integer,integer) differs in restriction estimator"],
    ),
    fault(
        OPERATOR,
        "ALTER OPERATOR === (integer, integer) SET (JOIN = eqjoinsel)",
        &["operator ===(integer,integer) differs in join estimator"],
    ),
    fault(
        OPERATOR,
        "DROP OPERATOR === (integer, integer); CREATE OPERATOR === (FUNCTION = base_template.eq, LEFTARG = integer, RIGHTARG = integer)",
        &["operator ===(integer,integer) differs in function"],
    ),
    fault(
        OPERATOR,
        "DROP OPERATOR === (integer, integer); CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer, HASHES, MERGES)",
        &["operator ===(integer,integer) differs in hashes, merges"],
    ),
    fault(
        OPERATOR,
        "DROP OPERATOR === (integer, integer); CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = ===)",
        &["operator ===(integer,integer) differs in commutator"],
    ),
    fault(
        OPERATOR,
        "DROP OPERATOR === (integer, integer); CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer, NEGATOR = <=>)",
        &["operator <=>(integer,integer) is extra", "operator ===(integer,integer) differs in negator"],
    ),
    fault(
        OPERATOR,
        "COMMENT ON OPERATOR === (integer, integer) IS 'x'",
        &["comment operator ===(integer,integer) is extra"],
    ),
    fault(
        CLASS,
        "ALTER OPERATOR FAMILY oc USING btree ADD OPERATOR 1 < (integer, bigint)",
        &["operator of a family operator family oc for access method btree.1 (integer, bigint).s is extra"],
    ),
    fault(
        CLASS,
        "ALTER OPERATOR FAMILY oc USING btree ADD FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint)",
        &["function of a family operator family oc for access method btree.1 (integer, bigint) is extra"],
    ),
    fault(
        CLASS,
        "ALTER OPERATOR CLASS oc USING btree OWNER TO tenancy_structure_role",
        &["operator class oc for access method btree differs in owner"],
    ),
    fault(
        CLASS,
        "ALTER OPERATOR FAMILY oc USING btree OWNER TO tenancy_structure_role",
        &["operator family oc for access method btree differs in owner"],
    ),
    fault(
        "CREATE OPERATOR FAMILY fam USING btree",
        "DROP OPERATOR FAMILY fam USING btree",
        &["operator family fam for access method btree is missing"],
    ),
    // Casts.
    fault(CAST, "DROP CAST (integer AS pair)", &["cast integer AS pair is missing"]),
    fault(
        CAST,
        "DROP CAST (integer AS pair); CREATE CAST (integer AS pair) WITH FUNCTION as_pair(integer) AS IMPLICIT",
        &["cast integer AS pair differs in context"],
    ),
    fault(
        CAST,
        "DROP CAST (integer AS pair); CREATE CAST (integer AS pair) WITH INOUT",
        &["cast integer AS pair differs in function, method"],
    ),
    fault(CAST, "COMMENT ON CAST (integer AS pair) IS 'x'", &["comment cast integer AS pair is extra"]),
    fault("CREATE TABLE t (x integer)", "CREATE CAST (t AS text) WITH INOUT", &["cast t AS text is extra"]),
    // Text search.
    fault(
        SEARCH,
        "DROP TEXT SEARCH CONFIGURATION c",
        &["text search configuration c is missing", "text search mapping c.2 is missing"],
    ),
    fault(
        SEARCH,
        "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH english_stem, d",
        &["text search mapping c.2 differs in dictionaries"],
    ),
    fault(
        SEARCH,
        "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH base_template.d, english_stem",
        &["text search mapping c.2 differs in dictionaries"],
    ),
    fault(
        SEARCH,
        "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR email WITH d",
        &["text search mapping c.4 is extra"],
    ),
    fault(
        SEARCH,
        "ALTER TEXT SEARCH DICTIONARY d (ACCEPT = false)",
        &["text search dictionary d differs in options"],
    ),
    fault(
        SEARCH,
        "ALTER TEXT SEARCH DICTIONARY d OWNER TO tenancy_structure_role",
        &["text search dictionary d differs in owner"],
    ),
    fault(
        SEARCH,
        "COMMENT ON TEXT SEARCH CONFIGURATION c IS 'x'",
        &["comment text search configuration c is extra"],
    ),
    fault(
        "",
        "CREATE TEXT SEARCH TEMPLATE tt (LEXIZE = dsimple_lexize)",
        &["text search template tt is extra"],
    ),
    fault(
        "",
        "CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)",
        &["text search parser tp is extra"],
    ),
    // The rest.
    fault("CREATE COLLATION co (locale = 'C')", "DROP COLLATION co", &["collation co is missing"]),
    fault(
        "CREATE COLLATION co (locale = 'C')",
        "DROP COLLATION co; CREATE COLLATION co (locale = 'POSIX')",
        &["collation co differs in definition"],
    ),
    fault(
        "CREATE COLLATION co (locale = 'C')",
        "COMMENT ON COLLATION co IS 'x'",
        &["comment collation co is extra"],
    ),
    fault(
        "CREATE COLLATION co (locale = 'C'); CREATE TABLE t (x text COLLATE co)",
        "ALTER TABLE t ALTER x TYPE text COLLATE base_template.co",
        &["column t.x differs in collation"],
    ),
    fault(
        "CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        "DROP CONVERSION cv; CREATE DEFAULT CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        &["conversion cv differs in default"],
    ),
    fault(
        "",
        "CREATE EXTENSION tcn SCHEMA {s}",
        &[
            "comment other object extension tcn is extra",
            "function triggered_change_notification() is extra",
            "other object extension tcn is extra",
        ],
    ),
];
