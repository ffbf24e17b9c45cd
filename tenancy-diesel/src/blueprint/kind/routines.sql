-- Functions and procedures; not aggregates, nor the constructors that a range type brings along. A body that is
-- text, or a setting, that names the template would still mean the template when a tenant calls it: such a
-- function is refused by completeness/checks.sql.
SELECT p.oid, p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS definition
FROM pg_proc p
WHERE p.pronamespace = $1 AND p.prokind IN ('f', 'p', 'w')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype = 'i')
