-- Extended statistics on tables of the template.
SELECT s.oid, s.stxname::text AS name, pg_get_statisticsobjdef(s.oid) AS definition,
       nullif(s.stxstattarget, -1)::int4 AS target
FROM pg_statistic_ext s
WHERE s.stxnamespace = $1
