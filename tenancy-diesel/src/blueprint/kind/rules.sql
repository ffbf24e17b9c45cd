-- Rules other than those that make views views.
SELECT r.oid, r.rulename::text AS name, c.relname::text AS table_name, pg_get_ruledef(r.oid) AS definition,
       r.ev_enabled::text AS firing
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND r.rulename <> '_RETURN'
