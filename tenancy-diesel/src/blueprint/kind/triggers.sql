-- Triggers that somebody made. Those of foreign keys come with the foreign keys, and those that a partition has from its
-- partitioned table with that: only where they were renamed or switched is there anything to say about them.
WITH RECURSIVE part AS (
    SELECT t.oid, t.tgrelid, t.oid AS top, t.tgname AS top_name
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = $1 AND c.relkind = 'p' AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    -- By way of the table: there is no index by tgparentid.
    SELECT t.oid, t.tgrelid, p.top, p.top_name
    FROM part p JOIN pg_inherits i ON i.inhparent = p.tgrelid JOIN pg_trigger t ON t.tgrelid = i.inhrelid AND t.tgparentid = p.oid
), changed AS MATERIALIZED (
    SELECT p.top, array_agg(c.relname::text ORDER BY c.relname) AS tables, array_agg(t.tgname::text ORDER BY c.relname) AS names,
           array_agg(t.tgenabled::text ORDER BY c.relname) AS firings
    FROM part p JOIN pg_trigger t ON t.oid = p.oid AND p.oid <> p.top AND (t.tgname <> p.top_name OR t.tgenabled <> 'O')
    JOIN pg_class c ON c.oid = t.tgrelid
    GROUP BY p.top
)
SELECT t.oid, t.tgname::text AS name, c.relname::text AS table_name, pg_get_triggerdef(t.oid) AS definition,
       t.tgenabled::text AS firing, p.tables AS part_tables, p.names AS part_names, p.firings AS part_firings
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
LEFT JOIN changed p ON p.top = t.oid
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'v') AND NOT t.tgisinternal AND t.tgparentid = 0
