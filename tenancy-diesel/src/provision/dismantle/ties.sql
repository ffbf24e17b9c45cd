-- How they depend on each other.
SELECT DISTINCT d.classid AS from_class, d.objid AS from_oid, d.refclassid AS to_class, d.refobjid AS to_oid,
    d.deptype::pg_catalog.text AS kind
FROM taken t CROSS JOIN LATERAL (
    SELECT i.classid, i.objid, i.refclassid, i.refobjid, i.deptype FROM pg_catalog.pg_depend i
    WHERE i.classid = t.classid AND i.objid = t.objid OFFSET 0) d
WHERE d.refclassid <> 2615
