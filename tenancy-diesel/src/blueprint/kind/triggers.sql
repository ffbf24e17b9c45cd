-- Triggers that somebody made. Those of foreign keys come with the foreign keys.
SELECT t.oid, t.tgname::text AS name, c.relname::text AS table_name, pg_get_triggerdef(t.oid) AS definition,
       t.tgenabled::text AS firing
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'v') AND NOT t.tgisinternal AND t.tgparentid = 0
