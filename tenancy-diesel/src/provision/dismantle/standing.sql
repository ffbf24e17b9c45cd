-- Each of them, with the statement that drops it. Identities come from pg_identify_object, qualified and quoted.
, named AS (
    SELECT t.classid, t.objid, c.relkind, n.nspname, c.relname, i.identity
    FROM taken t
    LEFT JOIN pg_catalog.pg_class c ON t.classid = 1259 AND c.oid = t.objid
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(t.classid, t.objid, 0) i
)
SELECT t.classid AS class, t.objid AS oid, t.relkind IS NOT NULL AS relation,
    CASE t.classid
        WHEN 1259 THEN t.relkind IN ('r', 'p', 'v', 'm', 'f') OR (t.relkind = 'S' AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 1259 AND d.objid = t.objid AND d.deptype IN ('a', 'i')))
        ELSE t.classid IN (1247, 1255, 2605, 3576, 2617, 2616, 2753, 3602, 3600, 3601, 3764, 3456, 2607)
    END AS whole,
    CASE t.classid
        WHEN 1259 THEN CASE WHEN t.nspname <> $1::pg_catalog.name THEN NULL ELSE CASE t.relkind
            WHEN 'r' THEN 'DROP TABLE ' WHEN 'p' THEN 'DROP TABLE ' WHEN 'v' THEN 'DROP VIEW '
            WHEN 'm' THEN 'DROP MATERIALIZED VIEW ' WHEN 'f' THEN 'DROP FOREIGN TABLE ' WHEN 'S' THEN 'DROP SEQUENCE '
            WHEN 'i' THEN 'DROP INDEX ' WHEN 'I' THEN 'DROP INDEX ' END END || t.identity || ' CASCADE'
        WHEN 1247 THEN 'DROP TYPE ' || t.identity || ' CASCADE'
        WHEN 1255 THEN 'DROP ROUTINE ' || t.identity || ' CASCADE'
        WHEN 2605 THEN 'DROP CAST ' || t.identity || ' CASCADE'
        WHEN 3576 THEN 'DROP TRANSFORM ' || t.identity || ' CASCADE'
        WHEN 2617 THEN 'DROP OPERATOR ' || t.identity || ' CASCADE'
        WHEN 2616 THEN 'DROP OPERATOR CLASS ' || t.identity || ' CASCADE'
        WHEN 2753 THEN 'DROP OPERATOR FAMILY ' || t.identity || ' CASCADE'
        WHEN 3602 THEN 'DROP TEXT SEARCH CONFIGURATION ' || t.identity || ' CASCADE'
        WHEN 3600 THEN 'DROP TEXT SEARCH DICTIONARY ' || t.identity || ' CASCADE'
        WHEN 3601 THEN 'DROP TEXT SEARCH PARSER ' || t.identity || ' CASCADE'
        WHEN 3764 THEN 'DROP TEXT SEARCH TEMPLATE ' || t.identity || ' CASCADE'
        WHEN 3456 THEN 'DROP COLLATION ' || t.identity || ' CASCADE'
        WHEN 2607 THEN 'DROP CONVERSION ' || t.identity || ' CASCADE'
        WHEN 3381 THEN 'DROP STATISTICS ' || t.identity || ' CASCADE'
        WHEN 3256 THEN 'DROP POLICY ' || t.identity || ' CASCADE'
        WHEN 2606 THEN (
            SELECT pg_catalog.format('ALTER TABLE %I.%I DROP CONSTRAINT %I CASCADE', n.nspname, c.relname, k.conname)
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.oid = t.objid AND k.contype IN ('f', 'c', 'u', 'p', 'x'))
        WHEN 2604 THEN (
            SELECT pg_catalog.format('ALTER TABLE %I.%I ALTER COLUMN %I DROP DEFAULT', n.nspname, c.relname, b.attname)
            FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_class c ON c.oid = a.adrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute b ON b.attrelid = a.adrelid AND b.attnum = a.adnum
            WHERE a.oid = t.objid AND b.attgenerated = '' AND b.attidentity = '')
        WHEN 2620 THEN (
            SELECT 'DROP TRIGGER ' || t.identity || ' CASCADE' FROM pg_catalog.pg_trigger g
            WHERE g.oid = t.objid AND NOT g.tgisinternal)
        WHEN 2618 THEN (
            SELECT 'DROP RULE ' || t.identity || ' CASCADE' FROM pg_catalog.pg_rewrite w
            WHERE w.oid = t.objid AND w.rulename <> '_RETURN')
    END AS drop
FROM named t
WHERE t.identity IS NOT NULL
