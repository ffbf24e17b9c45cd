-- Tables, views and materialized views. Tables that inherit, are inherited from, are partitions or of a type are
-- left to be refused.
SELECT c.oid, c.relname::text AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
       c.reloptions AS parameters, t.reloptions AS toast_parameters, c.relreplident::text AS replica_identity,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS row_security_forced,
       c.relispopulated AS populated,
       CASE WHEN c.relkind <> 'r' THEN pg_get_viewdef(c.oid) END AS query,
       k.oids AS check_oids, k.names AS check_names, k.definitions AS check_definitions, k.validated AS check_validated
FROM pg_class c
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
CROSS JOIN LATERAL (
    SELECT array_agg(k.oid ORDER BY k.conname) AS oids, array_agg(k.conname::text ORDER BY k.conname) AS names,
           array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) AS definitions,
           array_agg(k.convalidated ORDER BY k.conname) AS validated
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
) k
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'v', 'm') AND NOT c.relispartition AND c.reloftype = 0
  AND NOT EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
