-- Tables whose rows are copied (`$2`, or all of them), with the columns that take values, and the sequences that the
-- tables own or their defaults use. A partition's rows come with those of the table that it belongs to.
--
-- `by` is how a value is copied: by (v)alue where its type is the clone's too, that is outside of the schema, or a
-- domain over such a type; by its (t)ext, also as an (a)rray; or by the (n)ame of what it refers to.
SELECT c.oid, c.relname::text AS name, c.relkind = 'p' AS partitioned, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       m.oids AS members, a.names, a.types, a.ways, s.sequences
FROM pg_class c
CROSS JOIN LATERAL (
    SELECT array_agg(t.oid) AS oids
    FROM (SELECT c.oid UNION SELECT p.relid::oid FROM pg_partition_tree(c.oid) p WHERE p.relid IS NOT NULL) t
) m
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(w.name ORDER BY w.place), '{}') AS names,
           coalesce(array_agg(w.by ORDER BY w.place), '{}') AS ways,
           coalesce(array_agg(CASE w.by WHEN 't' THEN format_type(w.arrays, NULL)
                                        WHEN 'n' THEN w.base::regtype::text
                                        ELSE format_type(w.type, w.modifier) END ORDER BY w.place), '{}') AS types
    FROM (
        SELECT a.attnum AS place, a.attname::text AS name, a.atttypid AS type, a.atttypmod AS modifier,
               y.typarray AS arrays, b.oid AS base,
               CASE WHEN b.oid IN ('regclass'::regtype, 'regtype'::regtype, 'regproc'::regtype, 'regconfig'::regtype,
                                   'regdictionary'::regtype, 'regcollation'::regtype, 'regnamespace'::regtype) THEN 'n'
                    WHEN y.typnamespace <> $1 OR b.typnamespace <> $1 THEN 'v'
                    WHEN y.typtype = 'b' AND y.typcategory = 'A' AND y.typelem <> 0 THEN 'a'
                    ELSE 't' END AS by
        FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
        CROSS JOIN LATERAL (
            WITH RECURSIVE base AS (
                SELECT z.oid, z.typtype, z.typbasetype, z.typnamespace FROM pg_type z WHERE z.oid = a.atttypid
                UNION ALL
                SELECT z.oid, z.typtype, z.typbasetype, z.typnamespace FROM base x JOIN pg_type z ON z.oid = x.typbasetype
                WHERE x.typtype = 'd'
            )
            SELECT x.oid, x.typnamespace FROM base x WHERE x.typtype <> 'd'
        ) b
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ) w
) a
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT q.relname::text), '{}') AS sequences
    FROM (
        SELECT d.objid AS oid FROM pg_depend d
        WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.refobjid = ANY (m.oids) AND d.deptype IN ('a', 'i')
        UNION ALL
        SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = 2604 AND d.objid = f.oid
        WHERE f.adrelid = ANY (m.oids) AND d.refclassid = 1259
    ) u JOIN pg_class q ON q.oid = u.oid AND q.relkind = 'S' AND q.relnamespace = $1
) s
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND ($2 IS NULL OR c.relname = ANY ($2::name[]))
ORDER BY c.relname
