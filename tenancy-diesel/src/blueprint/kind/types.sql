SELECT t.oid, t.typname::text AS name, t.typtype::text AS kind, t.typrelid AS relation,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
       CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'r' THEN r.rngsubtype::regtype::text END AS base,
       a.names AS attribute_names, a.types AS attribute_types, a.collations AS attribute_collations,
       coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) AS default_value,
       -- It is a constraint with a name since PostgreSQL 17.
       t.typnotnull AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.contypid = t.oid AND n.contype = 'n') AS not_null,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text
            WHEN t.typtype = 'r' AND r.rngcollation <> s.typcollation THEN r.rngcollation::regcollation::text END AS collation,
       k.oids AS check_oids, k.names AS check_names, k.definitions AS check_definitions, k.validated AS check_validated,
       CASE WHEN NOT o.opcdefault THEN format('%I.%I', p.nspname, o.opcname) END AS operator_class,
       CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END AS canonical, coalesce(r.rngcanonical::oid, 0) AS canonical_oid,
       CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END AS difference,
       CASE WHEN r.rngmultitypid <> 0 THEN r.rngmultitypid::regtype::text END AS multirange
FROM pg_type t
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_type s ON s.oid = r.rngsubtype
LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc
LEFT JOIN pg_namespace p ON p.oid = o.opcnamespace
CROSS JOIN LATERAL (
    SELECT array_agg(k.oid ORDER BY k.conname) AS oids, array_agg(k.conname::text ORDER BY k.conname) AS names,
           array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) AS definitions,
           array_agg(k.convalidated ORDER BY k.conname) AS validated
    FROM pg_constraint k WHERE k.contypid = t.oid
) k
CROSS JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names,
           array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types,
           array_agg(CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation::regcollation::text END ORDER BY a.attnum) AS collations
    FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
    WHERE c.relkind = 'c' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) a
WHERE t.typnamespace = $1
  AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c' OR t.typtype = 'p' AND NOT t.typisdefined)
