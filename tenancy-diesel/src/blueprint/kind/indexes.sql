-- Indexes that belong to no constraint, and the statistics targets of their columns.
SELECT c.oid, c.relname::text AS name, t.relname::text AS table_name, pg_get_indexdef(c.oid) AS definition,
       i.indisclustered AS clustered, i.indisreplident AS replica_identity,
       s.columns AS statistics_columns, s.targets AS statistics_targets
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
CROSS JOIN LATERAL (
    SELECT array_agg(a.attnum ORDER BY a.attnum) AS columns, array_agg(a.attstattarget::int4 ORDER BY a.attnum) AS targets
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0
) s
WHERE c.relnamespace = $1 AND c.relkind = 'i' AND t.relkind IN ('r', 'm') AND NOT c.relispartition AND i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x'))
