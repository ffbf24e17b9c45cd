//! Schemas with many objects.

/// SQL that puts tables `first` to `last` into the schema `schema`, each with a sequence, an index, a trigger, a view
/// of its own, a check, a key to the table before it and one to the first table.
pub(crate) fn tables(schema: &str, first: usize, last: usize) -> String {
    format!(
        "DO $do$ BEGIN
            SET LOCAL search_path TO {schema};
            IF {first} = 1 THEN
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            END IF;
            FOR n IN {first} .. {last} LOOP
                EXECUTE format('CREATE TABLE t%1$s (id serial PRIMARY KEY, body text NOT NULL DEFAULT %2$L,
                    hub integer REFERENCES t1, before integer REFERENCES t%3$s, n integer CHECK (n > 0))', n, 'x', greatest(n - 1, 1));
                EXECUTE format('CREATE INDEX t%1$s_body ON t%1$s (body)', n);
                EXECUTE format('CREATE TRIGGER touched BEFORE UPDATE ON t%1$s FOR EACH ROW EXECUTE FUNCTION touch()', n);
                EXECUTE format('CREATE VIEW v%1$s AS SELECT a.id, b.body FROM t%1$s a JOIN t%2$s b ON b.id = a.before', n, greatest(n - 1, 1));
            END LOOP;
        END $do$;"
    )
}
