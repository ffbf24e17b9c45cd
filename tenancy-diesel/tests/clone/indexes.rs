//! Indexes, extended statistics, and what a table says about its indexes.

use crate::same::clones;

clones! {
    partial_expression_covering_and_sorted: "
        CREATE FUNCTION key(n integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN n;
        CREATE TABLE t (a integer, b text, c integer);
        CREATE INDEX \"Partial 'x'\" ON t (a) WHERE b <> 'base_template' AND c IS NOT NULL;
        CREATE INDEX expr ON t (key(a), lower(b) COLLATE \"C\" text_pattern_ops DESC NULLS LAST, (c + 1) NULLS FIRST);
        CREATE UNIQUE INDEX covering ON t (a DESC, b COLLATE \"POSIX\") INCLUDE (c) /*15+ NULLS NOT DISTINCT */ WITH (fillfactor = 33, deduplicate_items = off);
        ALTER INDEX expr ALTER COLUMN 2 SET STATISTICS 77; ALTER INDEX expr ALTER COLUMN 3 SET STATISTICS 0;
        COMMENT ON INDEX expr IS 'base_template';";
    every_access_method: "
        CREATE EXTENSION pg_trgm SCHEMA public;
        CREATE TABLE t (a integer, p point, r int4range, d tsvector, j jsonb, s text);
        CREATE INDEX ON t USING btree (a); CREATE INDEX ON t USING hash (s); CREATE INDEX ON t USING gist (p, r) WITH (buffering = on); CREATE INDEX ON t USING spgist (p quad_point_ops);
        CREATE INDEX ON t USING gin (d, j jsonb_path_ops) WITH (fastupdate = off); CREATE INDEX ON t USING brin (a int4_minmax_multi_ops (values_per_range = 16), s) WITH (pages_per_range = 5, autosummarize);
        CREATE INDEX ON t USING gist (s public.gist_trgm_ops (siglen = 32)); CREATE INDEX ON t USING gist (d tsvector_ops (siglen = 100));";
    the_cluster_mark_and_the_replica_identity: "
        CREATE TABLE t (a integer NOT NULL, b integer, PRIMARY KEY (a)); CREATE INDEX i ON t (b); ALTER TABLE t CLUSTER ON i;
        CREATE UNIQUE INDEX u ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX u;
        CREATE TABLE k (a integer PRIMARY KEY); ALTER TABLE k REPLICA IDENTITY USING INDEX k_pkey; ALTER TABLE k CLUSTER ON k_pkey;
        CREATE TABLE f (a integer); ALTER TABLE f REPLICA IDENTITY FULL; CREATE TABLE n (a integer); ALTER TABLE n REPLICA IDENTITY NOTHING;";
    extended_statistics: "
        CREATE TABLE t (a integer, b text, c integer);
        CREATE STATISTICS \"S 1\" ON a, b, c FROM t; CREATE STATISTICS s2 (ndistinct) ON a, c FROM t; CREATE STATISTICS s3 (mcv, dependencies) ON lower(b), (a + c), a FROM t;
        CREATE STATISTICS s4 ON (b || 'base_template') FROM t; ALTER STATISTICS s3 SET STATISTICS 0; ALTER STATISTICS s4 SET STATISTICS 900;
        COMMENT ON STATISTICS s4 IS 'base_template';";
}
