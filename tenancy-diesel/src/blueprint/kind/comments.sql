-- Comments and security labels on the schema and on everything that belongs to it. pg_identify_object qualifies and
-- quotes. One on a kind that is not carried is never rendered, because the thing itself is refused.
WITH RECURSIVE member AS (
    SELECT 2615::oid AS classid, $1 AS objid
    UNION
    SELECT d.classid, d.objid FROM member m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
    WHERE d.deptype IN ('a', 'i', 'P', 'S') OR d.classid IN (2602, 2603, 2605, 3576) OR m.classid = 2615
), said (classid, objid, sub, provider, text) AS (
    SELECT g.classoid, g.objoid, g.objsubid, NULL, g.description
    FROM member m JOIN pg_description g ON g.classoid = m.classid AND g.objoid = m.objid
    UNION ALL
    SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label
    FROM member m JOIN pg_seclabel l ON l.classoid = m.classid AND l.objoid = m.objid
)
SELECT s.classid AS class, s.objid AS oid, s.sub, s.provider, s.text,
       CASE WHEN s.classid = 2606 AND k.contypid <> 0 THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, k.contypid::regtype)
            WHEN s.classid = 3576 THEN (SELECT format('TRANSFORM FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname)
                                        FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid = s.objid)
            ELSE CASE WHEN i.type LIKE '% column' THEN 'COLUMN'
                      WHEN i.type = 'composite type' THEN 'TYPE'
                      WHEN i.type = 'table constraint' THEN 'CONSTRAINT'
                      WHEN i.type = 'statistics object' THEN 'STATISTICS'
                      ELSE upper(i.type) END || ' '
                 || CASE WHEN i.type = 'aggregate' AND i.identity LIKE '%()' THEN left(i.identity, -2) || '(*)' ELSE i.identity END
       END AS target
FROM said s
CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, s.sub) i
LEFT JOIN pg_constraint k ON s.classid = 2606 AND k.oid = s.objid
