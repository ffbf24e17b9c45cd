-- Casts from or to a type of the schema; not those that a range brings along. A cast between types outside that calls a
-- function of the schema could not be made twice: it is refused.
SELECT c.oid, format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS name,
       format_type(c.castsource, NULL) AS source, format_type(c.casttarget, NULL) AS target,
       CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function, c.castmethod::text AS method, c.castcontext::text AS context
FROM pg_cast c
WHERE EXISTS (SELECT FROM pg_type t WHERE t.oid IN (c.castsource, c.casttarget) AND t.typnamespace = $1)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2605 AND d.objid = c.oid AND d.deptype = 'i')
