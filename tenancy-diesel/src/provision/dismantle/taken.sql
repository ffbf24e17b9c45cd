-- Everything that DROP SCHEMA .. CASCADE of the schema $1 would drop, by the rows of pg_depend. No catalogue has an
-- index by schema, so it goes by pg_depend's; OFFSET 0 keeps the planner from reading all of it.
WITH RECURSIVE home AS MATERIALIZED (
    SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
), taken (classid, objid) AS (
    SELECT d.classid, d.objid FROM home h JOIN pg_catalog.pg_depend d ON d.refclassid = 2615 AND d.refobjid = h.oid
    UNION
    SELECT d.classid, d.objid FROM taken t CROSS JOIN LATERAL (
        SELECT i.classid, i.objid FROM pg_catalog.pg_depend i
        WHERE i.refclassid = t.classid AND i.refobjid = t.objid OFFSET 0) d
)
