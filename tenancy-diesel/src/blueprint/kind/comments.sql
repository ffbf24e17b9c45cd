-- Comments on the schema and on everything that belongs to it. pg_identify_object qualifies and quotes. A comment
-- on a kind that is not carried is never rendered, because the thing itself is refused.
WITH RECURSIVE member AS (
    SELECT 2615::oid AS classid, $1 AS objid
    UNION
    SELECT d.classid, d.objid FROM member m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
    WHERE d.deptype IN ('a', 'i', 'P', 'S') OR m.classid = 2615
)
SELECT g.classoid AS class, g.objoid AS oid, g.description AS text,
       CASE WHEN g.classoid = 2606 AND k.contypid <> 0 THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, k.contypid::regtype)
            ELSE CASE WHEN i.type LIKE '% column' THEN 'COLUMN'
                      WHEN i.type = 'composite type' THEN 'TYPE'
                      WHEN i.type = 'table constraint' THEN 'CONSTRAINT'
                      WHEN i.type = 'statistics object' THEN 'STATISTICS'
                      ELSE upper(i.type) END || ' ' || i.identity END AS target
FROM member m
JOIN pg_description g ON g.classoid = m.classid AND g.objoid = m.objid
CROSS JOIN LATERAL pg_identify_object(g.classoid, g.objoid, g.objsubid) i
LEFT JOIN pg_constraint k ON g.classoid = 2606 AND k.oid = g.objoid
