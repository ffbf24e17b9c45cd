//! A template whose every name and text is one that wants to be more than that: the corpus of the properties in
//! `tenancy-core`.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{clone, value};

/// PostgreSQL itself quotes, with `format`.
const BUILD: &str = r#"
CREATE SCHEMA base_template;
DO $do$
DECLARE
    w text;
BEGIN
    FOR w IN SELECT word FROM words LOOP
        EXECUTE format('CREATE TYPE base_template.%I AS ENUM (%L, %L)', 'e' || w, w, w || '!');
        EXECUTE format('CREATE TABLE base_template.%I (%I text DEFAULT %L, %I base_template.%I DEFAULT %L, n int,
            CONSTRAINT %I CHECK (%I <> %L))', w, w, w, 'e' || w, 'e' || w, w, w, w, w || '!');
        EXECUTE format('CREATE VIEW base_template.%I AS SELECT %I, %L::text AS %I FROM base_template.%I WHERE %I = %L',
            'v' || w, w, w, 't' || w, w, w, w);
        EXECUTE format('CREATE INDEX %I ON base_template.%I (lower(%I)) WHERE %I = %L', 'i' || w, w, w, w, w);
        EXECUTE format('CREATE POLICY %I ON base_template.%I USING (%I = %L)', w, w, w, w);
        EXECUTE format('ALTER TABLE base_template.%I ALTER COLUMN %I SET (n_distinct = 5)', w, w);
        EXECUTE format('COMMENT ON TABLE base_template.%I IS %L', w, w);
        EXECUTE format('COMMENT ON COLUMN base_template.%I.%I IS %L', w, w, w);
        EXECUTE format('CREATE SEQUENCE base_template.%I OWNED BY base_template.%I.n', 's' || w, w);
        EXECUTE format('ALTER TABLE base_template.%I ALTER n SET DEFAULT nextval(%L::regclass)', w,
            format('base_template.%I', 's' || w));
        EXECUTE format('CREATE FUNCTION base_template.%I() RETURNS trigger LANGUAGE plpgsql AS %L',
            'f' || w, format('BEGIN PERFORM %L; RETURN new; END', w));
        EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON base_template.%I FOR EACH ROW WHEN (new.%I = %L)
            EXECUTE FUNCTION base_template.%I(%L)', w, w, w, w, 'f' || w, w);
    END LOOP;
END $do$;
"#;

#[test]
fn a_template_made_of_hostile_words_is_cloned_word_for_word() {
    let database = Database::fresh();
    let mut conn = database.connect();
    let words: Vec<String> = include_str!("../../../tenancy-core/tests/corpus/texts.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| serde_json::from_str::<String>(line).unwrap())
        // A letter comes in front of some, and PostgreSQL cuts off longer names.
        .filter(|word| !word.contains('\0') && (1..=62).contains(&word.len()))
        .collect();
    assert!(words.len() > 80, "{}", words.len());
    conn.batch_execute("CREATE TEMP TABLE words (word text)").unwrap();
    diesel::sql_query("INSERT INTO words SELECT DISTINCT json_array_elements_text($1::json)")
        .bind::<Text, _>(serde_json::to_string(&words).unwrap())
        .execute(&mut conn)
        .unwrap();
    conn.batch_execute(BUILD).unwrap();

    clone(&mut conn, "another").unwrap();
    assert_same(&database, "base_template", "another");
    let labels = |schema: &str| {
        format!(
            "SELECT string_agg(enumlabel, ',' ORDER BY enumlabel) FROM pg_enum JOIN pg_type t ON t.oid = enumtypid WHERE typnamespace = '{schema}'::regnamespace"
        )
    };
    let expected = value(
        &mut conn,
        "SELECT string_agg(l, ',' ORDER BY l) FROM words, unnest(ARRAY[word, word || '!']) l",
    );
    for schema in ["base_template", "another"] {
        assert_eq!(value(&mut conn, &labels(schema)), expected, "{schema}");
    }
}
