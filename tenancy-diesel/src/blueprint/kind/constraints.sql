-- Primary keys, unique and exclusion constraints, foreign keys. Checks belong to their table or domain; the
-- constraint of a constraint trigger to the trigger.
SELECT k.oid, k.conname::text AS name, t.relname::text AS table_name, k.contype::text AS kind,
       pg_get_constraintdef(k.oid) AS definition,
       CASE WHEN k.contype <> 'f' THEN i.reloptions END AS parameters,
       k.contype <> 'f' AND coalesce(x.indisclustered, false) AS clustered,
       k.contype <> 'f' AND coalesce(x.indisreplident, false) AS replica_identity
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid
LEFT JOIN pg_class i ON i.oid = k.conindid
LEFT JOIN pg_index x ON x.indexrelid = k.conindid
WHERE k.connamespace = $1 AND k.contype IN ('p', 'u', 'x', 'f') AND t.relkind = 'r' AND k.conparentid = 0
