-- Columns: the schema's OID, and a hash that changes with anything in it. The template's name stands for `$1`.
--
-- Members are found through pg_depend's index on the referenced object: no other catalogue has an index by
-- schema, and a database of ten thousand tenants has a million rows in pg_class. Then every row that describes
-- a member is read by an index, and hashes of (catalogue, member, version of the row) are added up. OFFSET 0
-- keeps the planner from reading all of pg_depend and pg_description. Casts and transforms of the schema's types count as members:
-- they have no schema of their own.
--
-- Not read, because nothing changes in them but by rows that come and go in pg_depend: pg_attrdef.
WITH RECURSIVE template AS MATERIALIZED (
    SELECT n.oid, n.xmin FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1
), edge AS (
    SELECT d.classid, d.objid, d.refobjid, d.refobjsubid, d.xmin
    FROM template t JOIN pg_catalog.pg_depend d ON d.refclassid = 2615 AND d.refobjid = t.oid
    UNION
    SELECT d.classid, d.objid, d.refobjid, d.refobjsubid, d.xmin
    FROM edge e CROSS JOIN LATERAL (
        SELECT i.classid, i.objid, i.refobjid, i.refobjsubid, i.deptype, i.xmin FROM pg_catalog.pg_depend i WHERE i.refclassid = e.classid AND i.refobjid = e.objid OFFSET 0
    ) d
    WHERE d.deptype IN ('a', 'i', 'P', 'S') OR d.classid IN (2605, 3576)
), member AS MATERIALIZED (
    SELECT DISTINCT e.classid, e.objid FROM edge e
), relation AS MATERIALIZED (
    SELECT c.oid, c.xmin, c.relkind, c.relhassubclass FROM member m JOIN pg_catalog.pg_class c ON c.oid = m.objid WHERE m.classid = 1259
), version (part, objid, other, sub, xmin) AS (
    SELECT 2608, e.objid, e.refobjid, e.refobjsubid, e.xmin FROM edge e
    UNION ALL SELECT 3079, m.objid, d.refobjid, 0, d.xmin FROM pg_catalog.pg_depend d JOIN member m ON m.objid = d.objid AND m.classid = d.classid WHERE d.refclassid = 3079
    UNION ALL SELECT 2615, t.oid, 0, 0, t.xmin FROM template t
    UNION ALL SELECT 1259, c.oid, 0, 0, c.xmin FROM relation c
    UNION ALL SELECT 1249, c.oid, 0, a.attnum, a.xmin FROM relation c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relkind <> 't'
    UNION ALL SELECT 2610, c.oid, 0, 0, i.xmin FROM relation c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE c.relkind IN ('i', 'I')
    UNION ALL SELECT 2611, c.oid, h.inhrelid, h.inhseqno, h.xmin FROM relation c CROSS JOIN LATERAL (SELECT i.inhrelid, i.inhseqno, i.xmin FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid OFFSET 0) h WHERE c.relhassubclass
    UNION ALL SELECT 2224, c.oid, 0, 0, s.xmin FROM relation c JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid WHERE c.relkind = 'S'
    UNION ALL SELECT 2606, m.objid, 0, 0, k.xmin FROM member m JOIN pg_catalog.pg_constraint k ON k.oid = m.objid WHERE m.classid = 2606
    UNION ALL SELECT 2620, m.objid, 0, 0, t.xmin FROM member m JOIN pg_catalog.pg_trigger t ON t.oid = m.objid WHERE m.classid = 2620
    UNION ALL SELECT 1247, m.objid, 0, 0, y.xmin FROM member m JOIN pg_catalog.pg_type y ON y.oid = m.objid WHERE m.classid = 1247
    UNION ALL SELECT 3501, m.objid, v.oid, 0, v.xmin FROM member m JOIN pg_catalog.pg_enum v ON v.enumtypid = m.objid WHERE m.classid = 1247
    UNION ALL SELECT 1255, m.objid, 0, 0, p.xmin FROM member m JOIN pg_catalog.pg_proc p ON p.oid = m.objid WHERE m.classid = 1255
    UNION ALL SELECT 2618, m.objid, 0, 0, w.xmin FROM member m JOIN pg_catalog.pg_rewrite w ON w.oid = m.objid WHERE m.classid = 2618
    UNION ALL SELECT 3256, m.objid, 0, 0, o.xmin FROM member m JOIN pg_catalog.pg_policy o ON o.oid = m.objid WHERE m.classid = 3256
    UNION ALL SELECT 3381, m.objid, 0, 0, x.xmin FROM member m JOIN pg_catalog.pg_statistic_ext x ON x.oid = m.objid WHERE m.classid = 3381
    UNION ALL SELECT 2609, m.objid, m.classid, g.objsubid, g.xmin FROM (TABLE member UNION ALL SELECT 2615, oid FROM template) m CROSS JOIN LATERAL (SELECT i.objsubid, i.xmin FROM pg_catalog.pg_description i WHERE i.objoid = m.objid AND i.classoid = m.classid OFFSET 0) g
    UNION ALL SELECT 3596, m.objid, m.classid, g.objsubid, g.xmin FROM (TABLE member UNION ALL SELECT 2615, oid FROM template) m JOIN pg_catalog.pg_seclabel g ON g.objoid = m.objid AND g.classoid = m.classid
)
SELECT t.oid AS namespace,
       (SELECT pg_catalog.sum(pg_catalog.hash_record_extended(ROW(v.part, v.objid, v.other, v.sub, v.xmin), 0))::pg_catalog.text FROM version v) AS hash
FROM template t
