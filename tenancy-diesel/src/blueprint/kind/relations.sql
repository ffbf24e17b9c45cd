-- Tables, partitioned tables, views and materialized views.
SELECT c.oid, c.relname::text AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
       c.reloptions AS parameters, t.reloptions AS toast_parameters, c.relreplident::text AS replica_identity,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS row_security_forced,
       c.relispopulated AS populated,
       -- A partitioned table has a method of its own only if somebody gave it one (PostgreSQL 17).
       CASE WHEN m.amname <> 'heap' OR c.relkind = 'p' THEN m.amname::text END AS access_method, s.spcname::text AS tablespace,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END AS of_type,
       p.oids AS parent_oids, p.names AS parent_names,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS query,
       k.inherits AS inherits_checks, k.validated || n.validated AS validated_checks,
       k.oids AS check_oids, k.names AS check_names, k.definitions AS check_definitions, k.is_valid AS check_validated
FROM pg_class c
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
CROSS JOIN LATERAL (
    SELECT array_agg(i.inhparent ORDER BY i.inhseqno) AS oids, array_agg(p.relname::text ORDER BY i.inhseqno) AS names
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid
) p
CROSS JOIN LATERAL (
    -- All of its checks belong to the table but for those that are not valid and its own. What is written: its own. A partition is created before it becomes one, and then must have
    -- those of the partitioned table. A check that is not valid is added later, from the top of a hierarchy downwards.
    SELECT array_agg(k.oid) FILTER (WHERE k.convalidated OR NOT k.conislocal) AS oids,
           array_agg(k.conname::text ORDER BY k.conname) FILTER (WHERE k.written) AS names,
           array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FILTER (WHERE k.written) AS definitions,
           array_agg(k.convalidated ORDER BY k.conname) FILTER (WHERE k.written) AS is_valid,
           array_agg(k.conname::text ORDER BY k.conname) FILTER (WHERE NOT k.written AND k.convalidated AND NOT k.parents_valid) AS validated,
           coalesce(bool_or(NOT k.conislocal AND k.parents_valid), false) AS inherits
    FROM (
        SELECT k.*, k.convalidated AND (k.conislocal OR c.relispartition) AS written,
               NOT EXISTS (SELECT FROM pg_constraint a
                           WHERE a.conrelid = ANY (p.oids) AND a.contype = 'c' AND a.conname = k.conname AND NOT a.connoinherit AND NOT a.convalidated) AS parents_valid
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
    ) k
) k
CROSS JOIN LATERAL (
    -- The same for NOT NULL, which is a constraint since PostgreSQL 18.
    SELECT array_agg(n.conname::text ORDER BY n.conname) AS validated
    FROM pg_constraint n JOIN pg_attribute a ON a.attrelid = n.conrelid AND a.attnum = n.conkey[1]
    WHERE n.conrelid = c.oid AND n.contype = 'n' AND n.convalidated AND NOT n.conislocal AND NOT c.relispartition
      AND EXISTS (SELECT FROM pg_constraint i JOIN pg_attribute b ON b.attrelid = i.conrelid AND b.attnum = i.conkey[1]
                  WHERE i.conrelid = ANY (p.oids) AND i.contype = 'n' AND NOT i.convalidated AND b.attname = a.attname)
) n
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'v', 'm')
