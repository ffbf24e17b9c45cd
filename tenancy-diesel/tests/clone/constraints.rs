//! Constraints, with their names.

use crate::same::clones;

clones! {
    checks: "
        CREATE TABLE t (a integer CHECK (a > 0), b text, CONSTRAINT \"it's b\" CHECK (b <> 'base_template' AND b <> 'base_template.t'), CONSTRAINT alone CHECK (a < 10) NO INHERIT);
        ALTER TABLE t ADD CONSTRAINT later CHECK (a <> 4) NOT VALID, ADD CONSTRAINT later_alone CHECK (a <> 5) NO INHERIT NOT VALID;
        COMMENT ON CONSTRAINT later ON t IS 'base_template';";
    constraints_that_are_not_enforced_and_of_periods: "
        CREATE EXTENSION btree_gist SCHEMA public; CREATE TABLE t (a integer, during daterange /*18+ , CONSTRAINT c CHECK (a > 0) NOT ENFORCED, CONSTRAINT k PRIMARY KEY (a, during WITHOUT OVERLAPS) */);
        CREATE TABLE u (a integer, during daterange /*18+ , CONSTRAINT f FOREIGN KEY (a, PERIOD during) REFERENCES t (a, PERIOD during), CONSTRAINT n FOREIGN KEY (a, PERIOD during) REFERENCES t NOT ENFORCED */);";
    primary_keys_and_unique_constraints: "
        CREATE TABLE t (a integer, b text, c integer, CONSTRAINT \"K\" PRIMARY KEY (b, a) INCLUDE (c) WITH (fillfactor = 55), UNIQUE (c), CONSTRAINT u UNIQUE /*15+ NULLS NOT DISTINCT */ (a, c) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT v UNIQUE (c, a) DEFERRABLE);
        CREATE TABLE w (a integer NOT NULL, b integer); CREATE UNIQUE INDEX own ON w (a) INCLUDE (b); ALTER TABLE w ADD CONSTRAINT by_index PRIMARY KEY USING INDEX own;
        COMMENT ON CONSTRAINT \"K\" ON t IS 'x'; COMMENT ON INDEX \"K\" IS 'y';";
    exclusions_by_operators_from_everywhere: "
        CREATE EXTENSION btree_gist SCHEMA public;
        CREATE TABLE t (room integer, during tstzrange, n integer, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (n > 3) DEFERRABLE,
            CONSTRAINT \"Ex 2\" EXCLUDE USING gist (int4range(n, n + 5, '[]') WITH &&) INCLUDE (room) WITH (fillfactor = 40), CONSTRAINT third EXCLUDE USING btree (n WITH =));
        ALTER INDEX \"Ex 2\" ALTER COLUMN 1 SET STATISTICS 44;";
    foreign_keys_with_every_action: "
        CREATE TABLE target (a integer, b integer, PRIMARY KEY (a, b), UNIQUE (b));
        CREATE TABLE public.outside (id integer PRIMARY KEY);
        CREATE TABLE t (a integer DEFAULT 1, b integer DEFAULT 1, c integer REFERENCES public.outside ON DELETE CASCADE,
            CONSTRAINT k1 FOREIGN KEY (a, b) REFERENCES target ON DELETE NO ACTION ON UPDATE RESTRICT,
            CONSTRAINT k2 FOREIGN KEY (a, b) REFERENCES target ON DELETE CASCADE ON UPDATE SET NULL,
            CONSTRAINT k3 FOREIGN KEY (a, b) REFERENCES target MATCH FULL ON DELETE SET DEFAULT ON UPDATE CASCADE,
            CONSTRAINT k4 FOREIGN KEY (a, b) REFERENCES target ON DELETE SET NULL /*15+ (b) */,
            CONSTRAINT k5 FOREIGN KEY (a, b) REFERENCES target ON DELETE SET DEFAULT /*15+ (a, b) */ DEFERRABLE,
            CONSTRAINT \"k 6\" FOREIGN KEY (b) REFERENCES target (b) DEFERRABLE INITIALLY DEFERRED);
        ALTER TABLE t ADD CONSTRAINT k7 FOREIGN KEY (b) REFERENCES target (b) NOT VALID;
        COMMENT ON CONSTRAINT k1 ON t IS 'base_template';";
    foreign_keys_to_itself_and_in_a_circle: "
        CREATE TABLE a (id integer PRIMARY KEY, up integer REFERENCES a, b integer);
        CREATE TABLE b (id integer PRIMARY KEY, c integer);
        CREATE TABLE c (id integer PRIMARY KEY, a integer REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; ALTER TABLE b ADD FOREIGN KEY (c) REFERENCES c;
        CREATE UNIQUE INDEX plain ON b (c); CREATE TABLE d (c integer REFERENCES b (c));";
    an_operator_of_an_extension_beside_a_default_that_looks_like_it: "
        CREATE EXTENSION hstore SCHEMA public;
        CREATE TABLE t (h public.hstore DEFAULT 'base_template=>1', CHECK (h OPERATOR(public.->) 'base_template' <> ''));
        CREATE INDEX ON t USING gin (h); CREATE INDEX ON t ((h OPERATOR(public.->) 'k'));";
}
