-- What holds expressions in the schema `$1`, with what PostgreSQL writes for it, if the schema's name stands in it in front
-- of a dot. Functions are read elsewhere.
WITH home AS (
    SELECT n.oid, '(^|[^a-z0-9_])' || n.nspname || '"?\.' AS qualified
    FROM pg_catalog.pg_namespace n WHERE n.nspname = $1::pg_catalog.name
), relation AS (
    SELECT c.oid FROM pg_catalog.pg_class c JOIN home h ON h.oid = c.relnamespace
), found (class, oid, sql) AS (
    SELECT 2604, d.oid, pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d JOIN relation r ON r.oid = d.adrelid
    UNION ALL SELECT 1247, t.oid, coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), '') FROM pg_catalog.pg_type t JOIN home h ON h.oid = t.typnamespace
    UNION ALL SELECT 2606, k.oid, pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k JOIN home h ON h.oid = k.connamespace
    WHERE k.contype IN ('c', 'x')
    UNION ALL SELECT 3256, y.oid, pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(y.polqual, y.polrelid), pg_catalog.pg_get_expr(y.polwithcheck, y.polrelid))
    FROM pg_catalog.pg_policy y JOIN relation r ON r.oid = y.polrelid
    UNION ALL SELECT 2618, w.oid, pg_catalog.pg_get_ruledef(w.oid) FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class
    UNION ALL SELECT 2620, g.oid, pg_catalog.pg_get_triggerdef(g.oid) FROM pg_catalog.pg_trigger g JOIN relation r ON r.oid = g.tgrelid
    WHERE NOT g.tgisinternal
    UNION ALL SELECT 1259, i.indexrelid, pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i JOIN relation r ON r.oid = i.indrelid
    WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
)
SELECT pg_catalog.pg_describe_object(f.class::pg_catalog.oid, f.oid, 0) AS object, f.sql
FROM found f, home h WHERE f.sql ~* h.qualified ORDER BY 1
