-- One of every program, operator and text search object, with options that are easily lost.
DO $$ BEGIN CREATE ROLE tenancy_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE tenancy_other; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE OPERATOR FAMILY public.outside USING btree;
CREATE SCHEMA base_template;
SET search_path = base_template, public;

-- collations and conversions
CREATE COLLATION libc_c (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION "German ü" (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION "Back" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE TABLE sorted (a text COLLATE libc_c, b text COLLATE "German ü", c text COLLATE loose);
CREATE INDEX sorted_b ON sorted (b COLLATE loose);

-- types that need functions, and types of types
CREATE TYPE later;
CREATE TYPE steps;
CREATE FUNCTION whole_steps(steps) RETURNS steps LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE FUNCTION step_distance(integer, integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';
CREATE TYPE steps AS RANGE (SUBTYPE = integer, CANONICAL = whole_steps, SUBTYPE_DIFF = step_distance, MULTIRANGE_TYPE_NAME = "Many Steps");
CREATE TYPE mood AS ENUM ('low', 'high');
ALTER TYPE mood ADD VALUE 'middle' BEFORE 'high';
CREATE TYPE pair AS (x integer, y integer);
CREATE DOMAIN small AS integer CHECK (VALUE < 100);
CREATE DOMAIN smaller AS small DEFAULT 3;
ALTER DOMAIN smaller ADD CONSTRAINT "below ten" CHECK (VALUE < 10) NOT VALID;
CREATE DOMAIN smalls AS small[] NOT NULL;
CREATE TABLE t (id integer PRIMARY KEY, s steps, p pair, m mood, d smalls);

-- functions of every form
CREATE FUNCTION plain(integer, text DEFAULT 'it''s') RETURNS text LANGUAGE sql IMMUTABLE LEAKPROOF STRICT PARALLEL SAFE COST 0.5
    AS $$ SELECT $2 || '\' $$;
CREATE FUNCTION plain(text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS 'BEGIN RETURN $1; END';
CREATE FUNCTION plain() RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = base_template, pg_temp SET work_mem = '9MB' SET "app.x" = 'a, "b"' AS 'SELECT 1';
CREATE FUNCTION to_series(integer, integer) RETURNS SETOF integer LANGUAGE internal IMMUTABLE STRICT ROWS 77 SUPPORT generate_series_int4_support AS 'generate_series_int4';
CREATE FUNCTION of_table() RETURNS SETOF t LANGUAGE sql ROWS 5 AS 'SELECT * FROM base_template.t';
CREATE FUNCTION gives(INOUT a integer, OUT b mood, VARIADIC c text[]) LANGUAGE plpgsql AS 'BEGIN b := ''low''; END';
CREATE FUNCTION as_table(n small) RETURNS TABLE (a integer, "B b" mood) LANGUAGE sql STABLE BEGIN ATOMIC SELECT n::integer, 'high'::mood; END;
CREATE FUNCTION any_one(anyelement, anyarray DEFAULT '{1}'::integer[]) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION rank_like() RETURNS bigint LANGUAGE internal WINDOW AS 'window_rank';
CREATE PROCEDURE work(IN a mood, OUT b integer, INOUT c text DEFAULT NULL) LANGUAGE plpgsql AS 'BEGIN b := 1; END';
CREATE PROCEDURE work(VARIADIC integer[]) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION in_c(bytea) RETURNS bytea LANGUAGE c IMMUTABLE STRICT AS '$libdir/cyrillic_and_mic', 'koi8r_to_mic';
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER fire BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fire();

-- aggregates
CREATE FUNCTION add_up(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, 0) + $2';
CREATE FUNCTION take_off(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE FUNCTION as_text(integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
CREATE FUNCTION as_text(integer, integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
CREATE AGGREGATE total(integer) (SFUNC = add_up, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE);
CREATE AGGREGATE "Every Option"(integer) (SFUNC = add_up, STYPE = integer, SSPACE = 64, FINALFUNC = as_text, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE,
    INITCOND = '7', MSFUNC = add_up, MINVFUNC = take_off, MSTYPE = integer, MSSPACE = 32, MFINALFUNC = as_text, MFINALFUNC_EXTRA, MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '-3');
CREATE AGGREGATE nothing(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE smallest(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = <);
CREATE FUNCTION add_many(bigint, VARIADIC integer[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + cardinality($2)';
CREATE AGGREGATE many(VARIADIC integer[]) (SFUNC = add_many, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE averaging(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg, COMBINEFUNC = numeric_avg_combine,
    SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize, PARALLEL = RESTRICTED);
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE would_be(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE VIEW totals AS SELECT total(id), middle(0.5) WITHIN GROUP (ORDER BY id) FROM t;

-- operators: pairs, alone, with themselves, from outside
CREATE FUNCTION pair_lt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x < ($2).x';
CREATE FUNCTION pair_gt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x > ($2).x';
CREATE FUNCTION pair_le(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x <= ($2).x';
CREATE FUNCTION pair_ge(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x >= ($2).x';
CREATE FUNCTION pair_eq(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x = ($2).x';
CREATE FUNCTION pair_cmp(pair, pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x - ($2).x';
CREATE FUNCTION pair_hash(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x';
CREATE FUNCTION pair_not(pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x IS NULL';
CREATE OPERATOR <<< (FUNCTION = pair_lt, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = >>>, NEGATOR = >>=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR >>> (FUNCTION = pair_gt, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = <<<, NEGATOR = <<=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR <<= (FUNCTION = pair_le, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = >>=, NEGATOR = >>>);
CREATE OPERATOR >>= (FUNCTION = pair_ge, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = <<=, NEGATOR = <<<);
CREATE OPERATOR === (FUNCTION = pair_eq, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = ===, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR ~! (FUNCTION = pair_not, RIGHTARG = pair);
CREATE OPERATOR === (FUNCTION = int48eq, LEFTARG = integer, RIGHTARG = bigint);

-- families and classes
CREATE OPERATOR FAMILY pairs USING btree;
CREATE OPERATOR CLASS pair_ops DEFAULT FOR TYPE pair USING btree FAMILY pairs AS
    OPERATOR 1 <<<, OPERATOR 2 <<=, OPERATOR 3 ===, OPERATOR 4 >>=, OPERATOR 5 >>>, FUNCTION 1 pair_cmp(pair, pair);
CREATE OPERATOR CLASS "Pair Hash" FOR TYPE pair USING hash AS OPERATOR 1 ===, FUNCTION 1 pair_hash(pair);
CREATE OPERATOR CLASS in_public FOR TYPE pair USING btree FAMILY public.outside AS
    OPERATOR 1 <<<, OPERATOR 2 <<=, OPERATOR 3 ===, OPERATOR 4 >>=, OPERATOR 5 >>>, FUNCTION 1 pair_cmp(pair, pair);
CREATE OPERATOR CLASS points FOR TYPE point USING gist AS
    OPERATOR 1 <<, OPERATOR 15 <-> FOR ORDER BY float_ops, FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
    FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal),
    FUNCTION 8 gist_point_distance(internal, point, smallint, oid, internal), FUNCTION 3 gist_point_compress(internal), STORAGE box;
CREATE OPERATOR CLASS words FOR TYPE tsvector USING gin AS
    OPERATOR 1 @@(tsvector, tsquery), FUNCTION 1 gin_cmp_tslexeme(text, text), FUNCTION 2 gin_extract_tsvector(tsvector, internal, internal),
    FUNCTION 3 gin_extract_tsquery(tsvector, internal, smallint, internal, internal, internal, internal), FUNCTION 4 gin_tsquery_consistent(internal, smallint, tsvector, integer, internal, internal, internal, internal), STORAGE text;
CREATE OPERATOR CLASS quads FOR TYPE point USING spgist AS
    OPERATOR 1 <<, OPERATOR 5 >>, OPERATOR 6 ~=, OPERATOR 8 <@(point, box), FUNCTION 1 spg_quad_config(internal, internal), FUNCTION 2 spg_quad_choose(internal, internal),
    FUNCTION 3 spg_quad_picksplit(internal, internal), FUNCTION 4 spg_quad_inner_consistent(internal, internal), FUNCTION 5 spg_quad_leaf_consistent(internal, internal);
CREATE OPERATOR CLASS ranges FOR TYPE integer USING brin AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 brin_minmax_opcinfo(internal), FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal), FUNCTION 4 brin_minmax_union(internal, internal, internal);
CREATE OPERATOR FAMILY loose USING btree;
ALTER OPERATOR FAMILY loose USING btree ADD OPERATOR 1 <(integer, bigint), OPERATOR 3 ===(integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
CREATE FUNCTION pair_int_lt(pair, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x < $2';
CREATE OPERATOR <<< (FUNCTION = pair_int_lt, LEFTARG = pair, RIGHTARG = integer);
ALTER OPERATOR FAMILY public.outside USING btree ADD OPERATOR 1 <<< (pair, integer);
CREATE INDEX t_pair ON t (p);
CREATE INDEX t_pair_hash ON t USING hash (p "Pair Hash");
CREATE INDEX t_pair_outside ON t (p in_public);
CREATE VIEW ordered AS SELECT p, p === ROW(1, 2)::pair AS eq, ~! p AS empty FROM t ORDER BY p;

-- casts and transforms
CREATE FUNCTION pair_of(integer) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::base_template.pair';
CREATE CAST (integer AS pair) WITH FUNCTION pair_of(integer) AS IMPLICIT;
CREATE CAST (mood AS integer) WITH INOUT AS ASSIGNMENT;
CREATE CAST (pair AS t) WITH INOUT;
-- Newer versions know no range types that are binary-compatible.
DO $$ BEGIN CREATE CAST (steps AS int4range) WITHOUT FUNCTION;
EXCEPTION WHEN invalid_object_definition OR wrong_object_type THEN CREATE CAST (steps AS int4range) WITH INOUT; END $$;
CREATE FUNCTION text_of(t) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.id::text';
CREATE CAST (t AS text) WITH FUNCTION text_of(t) AS ASSIGNMENT;
CREATE VIEW casted AS SELECT id::pair AS p, t::text AS x, s::int4range AS r FROM t;
CREATE FUNCTION through_cast(integer) RETURNS pair LANGUAGE sql RETURN $1::pair;
CREATE TRANSFORM FOR mood LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE TRANSFORM FOR pair LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE FUNCTION transformed(mood) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE mood AS 'SELECT 1';

-- text search
CREATE TEXT SEARCH PARSER "My Parser" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE my_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY mine (TEMPLATE = my_template, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY "Stem it's" (TEMPLATE = snowball, LANGUAGE = german, STOPWORDS = german);
CREATE TEXT SEARCH DICTIONARY bare (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION words (PARSER = "My Parser");
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word WITH mine, "Stem it's", english_stem;
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR hword_asciipart, url WITH bare;
CREATE TEXT SEARCH CONFIGURATION copied (COPY = english);
CREATE TEXT SEARCH CONFIGURATION empty (PARSER = default);
CREATE TABLE searched (body text, lexemes tsvector GENERATED ALWAYS AS (to_tsvector('words', body)) STORED);
CREATE INDEX searched_words ON searched USING gin (to_tsvector('copied', body));

-- comments on all of it
COMMENT ON COLLATION loose IS 'c';
COMMENT ON CONVERSION latin IS 'c';
COMMENT ON TYPE later IS 'c';
COMMENT ON DOMAIN small IS 'c';
COMMENT ON CONSTRAINT "below ten" ON DOMAIN smaller IS 'c';
COMMENT ON COLUMN pair.x IS 'c';
COMMENT ON COLUMN totals.total IS 'c';
COMMENT ON AGGREGATE total(integer) IS 'c';
COMMENT ON AGGREGATE nothing(*) IS 'c';
COMMENT ON AGGREGATE middle(float8 ORDER BY anyelement) IS 'c';
COMMENT ON AGGREGATE would_be(VARIADIC "any" ORDER BY VARIADIC "any") IS 'c';
COMMENT ON FUNCTION plain(integer, text) IS 'c';
COMMENT ON PROCEDURE work(mood, text) IS 'c';
COMMENT ON OPERATOR <<< (pair, pair) IS 'c';
COMMENT ON OPERATOR ~! (NONE, pair) IS 'c';
COMMENT ON OPERATOR FAMILY loose USING btree IS 'c';
COMMENT ON OPERATOR CLASS "Pair Hash" USING hash IS 'c';
COMMENT ON CAST (integer AS pair) IS 'c';
COMMENT ON CAST (t AS text) IS 'c';
COMMENT ON TRANSFORM FOR mood LANGUAGE sql IS 'c';
COMMENT ON TEXT SEARCH PARSER "My Parser" IS 'c';
COMMENT ON TEXT SEARCH TEMPLATE my_template IS 'c';
COMMENT ON TEXT SEARCH DICTIONARY "Stem it's" IS 'c';
COMMENT ON TEXT SEARCH CONFIGURATION words IS 'c';
RESET search_path;
