//! A template with many tables.

use std::fmt::Write as _;

/// SQL that creates `base_template` with `tables` tables, each with a sequence, an enum, a check, two indexes and
/// a foreign key to the one before.
pub(crate) fn template(tables: usize) -> String {
    let mut sql = String::from(
        "CREATE SCHEMA base_template; SET search_path = base_template; CREATE TYPE st AS ENUM ('a', 'b');",
    );
    for n in 0..tables {
        let parent = if n == 0 { String::new() } else { format!(" REFERENCES t{}", n - 1) };
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            "CREATE TABLE t{n} (id bigserial PRIMARY KEY, a text NOT NULL DEFAULT 'x', b integer CHECK (b > 0), \
             s st NOT NULL DEFAULT 'a', at timestamptz DEFAULT now(), parent bigint{parent}); \
             CREATE INDEX ON t{n} (b); CREATE INDEX ON t{n} (parent);"
        );
    }
    sql
}
