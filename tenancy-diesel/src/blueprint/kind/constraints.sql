-- Primary keys, unique and exclusion constraints, foreign keys, and checks and NOT NULL that need not hold for all rows. The
-- others belong to their table or domain; the constraint of a constraint trigger to the trigger.
--
-- A foreign key of a partitioned table makes up those of its partitions (conparentid), which bear its name unless that
-- was taken or they were there before.
WITH RECURSIVE part AS (
    SELECT k.oid, k.oid AS top, k.conname AS top_name, 0 AS depth
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
    WHERE k.connamespace = $1 AND k.contype = 'f' AND k.conparentid = 0 AND t.relkind = 'p'
    UNION ALL
    SELECT k.oid, p.top, p.top_name, p.depth + 1 FROM part p JOIN pg_constraint k ON k.conparentid = p.oid
), named AS MATERIALIZED (
    SELECT p.top, array_agg(c.relname::text ORDER BY p.depth DESC, c.relname) AS tables,
           array_agg(k.conname::text ORDER BY p.depth DESC, c.relname) AS names,
           array_agg(pg_get_constraintdef(k.oid) ORDER BY p.depth DESC, c.relname) AS definitions
    FROM part p JOIN pg_constraint t ON t.oid = p.top
    JOIN pg_constraint k ON k.oid = p.oid AND k.conrelid <> t.conrelid AND k.confrelid = t.confrelid
    JOIN pg_class c ON c.oid = k.conrelid
    GROUP BY p.top HAVING bool_or(k.conname <> p.top_name)
)
SELECT k.oid, k.conname::text AS name, t.relname::text AS table_name, k.contype::text AS kind,
       pg_get_constraintdef(k.oid) AS definition,
       r.relkind IS NOT DISTINCT FROM 'p' AS to_partitioned,
       -- For a foreign key to a partitioned table PostgreSQL makes more, and takes the first names like this that are free.
       CASE WHEN k.contype = 'f' AND r.relkind = 'p' THEN (
           SELECT array_agg(o.conname::text ORDER BY o.conname) FROM pg_constraint o JOIN pg_class q ON q.oid = o.confrelid AND q.relkind = 'p'
           WHERE o.conrelid = k.conrelid AND o.contype = 'f' AND o.conparentid = 0 AND o.conname > k.conname AND o.conname ~ '_fkey\d*$')
       END AS reserved,
       n.tables AS part_tables, n.names AS part_names, n.definitions AS part_definitions,
       i.reloptions AS parameters, l.spcname::text AS tablespace, p.relname::text AS partition_of,
       coalesce(x.indisclustered, false) AS clustered, coalesce(x.indisreplident, false) AS replica_identity,
       s.columns AS statistics_columns, s.targets AS statistics_targets
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid
LEFT JOIN pg_class r ON r.oid = k.confrelid
LEFT JOIN named n ON n.top = k.oid
-- That of a foreign key is the other table's.
LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype <> 'f'
LEFT JOIN pg_index x ON x.indexrelid = i.oid
LEFT JOIN pg_tablespace l ON l.oid = i.reltablespace
LEFT JOIN pg_inherits h ON h.inhrelid = i.oid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN LATERAL (
    SELECT array_agg(a.attnum ORDER BY a.attnum) AS columns, array_agg(a.attstattarget::int4 ORDER BY a.attnum) AS targets
    FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attstattarget >= 0
) s ON true
WHERE k.connamespace = $1 AND t.relkind IN ('r', 'p')
  AND (k.contype IN ('p', 'u', 'x') OR k.contype = 'f' AND k.conparentid = 0 OR k.contype IN ('c', 'n') AND NOT k.convalidated AND k.conislocal)
