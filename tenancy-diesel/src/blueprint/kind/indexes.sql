-- Indexes that belong to no constraint. That of a partitioned table may be invalid because a partition lacks it: it then
-- is in the clone too.
SELECT c.oid, c.relname::text AS name, t.relname::text AS table_name, pg_get_indexdef(c.oid) AS definition,
       i.indisclustered AS clustered, i.indisreplident AS replica_identity, p.relname::text AS partition_of, l.spcname::text AS tablespace,
       s.columns AS statistics_columns, s.targets AS statistics_targets
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_tablespace l ON l.oid = c.reltablespace
CROSS JOIN LATERAL (
    SELECT array_agg(a.attnum ORDER BY a.attnum) AS columns, array_agg(a.attstattarget::int4 ORDER BY a.attnum) AS targets
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0
) s
WHERE c.relnamespace = $1 AND (c.relkind = 'i' AND t.relkind IN ('r', 'm') AND i.indisvalid OR c.relkind = 'I')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x'))
