//! The statement: what all branches share, and its two forms.

use tenancy_core::script::Script;

use super::branch::Branch;

/// `own`: the schema `$schema`, with the path set to it, and what the role `$role` is granted by this library. `member`: what
/// stands in it, by catalogue. `home`: OIDs that several branches need.
///
/// No catalogue has an index by schema, so the members are found in `pg_depend`, by the referenced object; what stands
/// on relations is found by the relation.
const COMMON: &str = "\
WITH own AS MATERIALIZED (
    SELECT n.oid, n.nspname AS name, n.nspowner AS owner, n.nspacl AS acl,
           (g.role || '=U/' || g.owner)::aclitem AS on_schema, (g.role || '=arwd/' || g.owner)::aclitem AS on_table,
           (g.role || '=rwU/' || g.owner)::aclitem AS on_sequence, (g.role || '=r/' || g.owner)::aclitem AS on_bookkeeping,
           E'\\n' || split_part(g.item, '=', 1) || '=' AS grantee, '/' || split_part(g.item, '=', 1) || E'\\n' AS grantor,
           current_setting('search_path') AS before,
           set_config('search_path', quote_ident(n.nspname) || ', pg_catalog, pg_temp', true) AS path,
           current_schema() = n.nspname AS visible
    FROM pg_namespace n
    CROSS JOIN LATERAL (SELECT to_regrole(quote_ident($role))::text AS role, n.nspowner::regrole::text AS owner,
           makeaclitem(n.nspowner, n.nspowner, 'SELECT', false)::text AS item OFFSET 0) g
    WHERE n.nspname = $schema::name
), direct AS MATERIALIZED (
    SELECT d.classid::int8::int4 AS class, array_agg(d.objid) AS ids
    FROM pg_depend d
    WHERE d.refclassid = 2615 AND d.refobjid = (SELECT own.oid FROM own WHERE own.path IS NOT NULL)
    GROUP BY d.classid
), ids AS MATERIALIZED (
    SELECT coalesce((SELECT d.ids FROM direct d WHERE d.class = 1259), '{}') AS relations,
           coalesce((SELECT d.ids FROM direct d WHERE d.class = 1247), '{}') AS named
), home AS MATERIALIZED (
    SELECT i.relations, i.named,
           i.named || ARRAY(SELECT c.reltype FROM pg_class c WHERE c.oid = ANY (i.relations) AND c.reltype <> 0) AS types,
           i.relations || ARRAY(SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = ANY (i.relations)) AS stored,
           ARRAY(SELECT DISTINCT ascii(t.typtype::text) FROM pg_type t WHERE t.oid = ANY (i.named)) AS kinds
    FROM ids i
), member (class, ids, tag) AS MATERIALIZED (
    SELECT d.class, d.ids,
           CASE WHEN d.class IN (1247, 1255, 1259, 2616, 2617, 2753, 2607, 3381, 3456, 3600, 3601, 3602, 3764, 826)
                THEN d.class
                -- Expressions outside the schema that hold its OID are no members of it.
                WHEN d.class NOT IN (2604, 2606, 2618, 2620, 3256) THEN 1 END
    FROM direct d
    UNION ALL
    -- Casts and transforms have no schema: they are their types'.
    SELECT d.classid::int8::int4, array_agg(DISTINCT d.objid), d.classid::int8::int4
    FROM pg_depend d
    WHERE d.refclassid = 1247 AND d.refobjid = ANY ((SELECT h.types FROM home h)::oid[]) AND d.classid IN (2605, 3576)
    GROUP BY d.classid
)";

/// What the schema holds, as far as branches depend on it.
const FOUND: &str = "ARRAY(SELECT m.tag FROM member m WHERE m.tag IS NOT NULL \
    UNION ALL SELECT unnest(h.kinds) FROM home h \
    UNION ALL SELECT 2600 WHERE EXISTS (SELECT FROM pg_aggregate g WHERE g.aggfnoid = ANY \
    (ARRAY(SELECT unnest(m.ids) FROM member m WHERE m.class = 1255))) \
    UNION ALL SELECT 3118 WHERE EXISTS (SELECT FROM pg_foreign_table) \
    UNION ALL SELECT 3596 WHERE EXISTS (SELECT FROM pg_seclabel))";

/// When `pg_seclabel` must be read.
pub(super) const LABELS: i32 = 3596;

/// One row: `visible`, `found`, `named` (whether the schema's name stands anywhere), `digest`, `count`, `path`.
pub(super) fn digest(branches: &[&Branch], labels: bool) -> Script {
    let mut sql = Script::new(COMMON).sql(", object (class, oid, line) AS MATERIALIZED (\n");
    for (index, branch) in branches.iter().enumerate() {
        sql = union(sql, index).script(&branch.digest());
    }
    sql = sql.sql(
        "\n), line (line) AS (\nSELECT o.line FROM object o\nUNION ALL SELECT ROW('comment', CASE d.objsubid \
         WHEN 0 THEN o.line ELSE pg_describe_object(d.classoid, d.objoid, d.objsubid) END, d.description)::text \
         FROM object o CROSS JOIN LATERAL (SELECT d.* FROM pg_description d WHERE d.objoid = o.oid AND d.classoid = o.class OFFSET 0) d",
    );
    if labels {
        sql = sql.sql(
            "\nUNION ALL SELECT ROW('label', CASE d.objsubid WHEN 0 THEN o.line ELSE \
             pg_describe_object(d.classoid, d.objoid, d.objsubid) END, d.provider, d.label)::text FROM object o CROSS JOIN LATERAL (SELECT d.* FROM pg_seclabel d WHERE d.objoid = o.oid \
             AND d.classoid = o.class OFFSET 0) d",
        );
    }
    sql.sql("\n)\nSELECT own.visible, ")
        .sql(FOUND)
        .sql(
            " AS found, x.named, x.digest, x.count, set_config('search_path', own.before, true) AS path \
             FROM own CROSS JOIN LATERAL (SELECT coalesce(bool_or(strpos(l.line, own.name::text) > 0), false) AS named, \
             coalesce(sum(hashtextextended(l.line, 0)), 0)::text AS digest, count(*) AS count FROM line l) x",
        )
}

/// Rows: `branch` (-1: comment, -2: label), `kind`, `names`, `values`.
pub(super) fn detail(branches: &[&Branch], labels: bool) -> Script {
    let mut sql =
        Script::new(COMMON).sql(", object (class, oid, branch, kind, names, properties) AS MATERIALIZED (\n");
    for (index, branch) in branches.iter().enumerate() {
        sql = union(sql, index).script(&branch.detail(index));
    }
    sql = sql.sql(
        "\n), line (branch, kind, names, properties) AS MATERIALIZED (\nSELECT o.branch, o.kind, o.names, o.properties \
         FROM object o\nUNION ALL SELECT -1, 'comment', ARRAY[CASE d.objsubid WHEN 0 \
         THEN trim(o.kind || ' ' || array_to_string(o.names, '.')) \
         ELSE pg_describe_object(d.classoid, d.objoid, d.objsubid) END], \
         ARRAY[d.description] FROM object o CROSS JOIN LATERAL (SELECT d.* FROM pg_description d \
         WHERE d.objoid = o.oid AND d.classoid = o.class OFFSET 0) d",
    );
    if labels {
        sql = sql.sql(
            "\nUNION ALL SELECT -2, 'security label', ARRAY[CASE d.objsubid WHEN 0 \
             THEN trim(o.kind || ' ' || array_to_string(o.names, '.')) \
             ELSE pg_describe_object(d.classoid, d.objoid, d.objsubid) END, d.provider], ARRAY[d.label] FROM object o CROSS JOIN LATERAL (SELECT d.* FROM pg_seclabel d \
             WHERE d.objoid = o.oid AND d.classoid = o.class OFFSET 0) d",
        );
    }
    // The path is put back when every line was read, and with the transaction when none was.
    sql.sql(
        "\n)\nSELECT l.branch::int4, l.kind, l.names, l.properties FROM line l\nUNION ALL\n\
         SELECT -3, set_config('search_path', own.before, true), '{}', '{}' FROM own \
         WHERE (SELECT count(*) FROM line) >= 0",
    )
}

fn union(sql: Script, index: usize) -> Script {
    if index == 0 { sql } else { sql.sql("\nUNION ALL\n") }
}
