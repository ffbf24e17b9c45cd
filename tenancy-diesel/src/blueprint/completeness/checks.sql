-- What the members of the schema have that a CREATE of ours would not give them. `sub` is a column or 0.
WITH RECURSIVE member AS MATERIALIZED (
    SELECT 2615::oid AS classid, $1 AS objid
    UNION
    SELECT d.classid, d.objid FROM member m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
    WHERE d.deptype IN ('a', 'i', 'P', 'S') OR m.classid = 2615
), relation AS MATERIALIZED (
    SELECT c.* FROM member m JOIN pg_class c ON c.oid = m.objid WHERE m.classid = 1259 AND c.relnamespace = $1
), routine AS (
    SELECT p.* FROM member m JOIN pg_proc p ON p.oid = m.objid WHERE m.classid = 1255
), type AS (
    SELECT t.* FROM member m JOIN pg_type t ON t.oid = m.objid WHERE m.classid = 1247
), schema AS (
    SELECT n.* FROM pg_namespace n WHERE n.oid = $1
), owned (classid, oid, owner) AS (
    SELECT 1259, oid, relowner FROM relation WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    -- The functions that come with a range belong to the bootstrap superuser, always.
    UNION ALL SELECT 1255, r.oid, r.proowner FROM routine r WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = r.oid AND d.deptype = 'i')
    UNION ALL SELECT 1247, t.oid, t.typowner FROM type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.typelem = 0 AND coalesce(c.relkind, 'c') = 'c'
    UNION ALL SELECT 3381, oid, stxowner FROM pg_statistic_ext WHERE stxnamespace = $1
)
-- Grants.
SELECT 2615::oid AS class, s.oid, 0 AS sub, 'it has grants' AS reason, 'GRANT after cloning, or grant on ALL TABLES of each tenant' AS remedy
FROM schema s WHERE s.nspacl <> acldefault('n', s.nspowner)
UNION ALL SELECT 1259, r.oid, 0, 'it has grants', 'REVOKE them in the template and grant after cloning'
FROM relation r WHERE r.relacl IS NOT NULL
UNION ALL SELECT 1259, r.oid, a.attnum, 'it has grants', 'REVOKE them in the template and grant after cloning'
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL SELECT 1255, p.oid, 0, 'it has grants or revokes', 'GRANT EXECUTE to PUBLIC again, or move it to a shared schema'
FROM routine p WHERE p.proacl IS NOT NULL
UNION ALL SELECT 1247, t.oid, 0, 'it has grants or revokes', 'GRANT USAGE to PUBLIC again, or move it to a shared schema'
FROM type t WHERE t.typacl IS NOT NULL
-- Owners.
UNION ALL SELECT o.classid, o.oid, 0, format('it belongs to %I, the schema to %I', o.owner::regrole, s.nspowner::regrole), 'ALTER ... OWNER TO the owner of the schema; `tenancy roles --apply` does it'
FROM owned o JOIN schema s ON o.owner <> s.nspowner
-- Security labels.
UNION ALL SELECT l.classoid, l.objoid, l.objsubid, 'it has a security label', 'SECURITY LABEL ... IS NULL'
FROM member m JOIN pg_seclabel l ON l.classoid = m.classid AND l.objoid = m.objid
-- How relations are stored.
UNION ALL SELECT 1259, r.oid, 0, 'its identity by index has lost its index', 'ALTER TABLE ... REPLICA IDENTITY DEFAULT'
FROM relation r WHERE r.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = r.oid AND i.indisreplident)
-- Kinds of tables.
UNION ALL SELECT 1259, r.oid, 0, 'foreign tables are not carried', 'put it into a shared schema'
FROM relation r WHERE r.relkind = 'f'
-- Hierarchies that leave the schema: a tenant's rows would be seen through a table that is not the tenant's, or not at all.
UNION ALL SELECT 1259, r.oid, 0, format('it is a partition of %s, which stands outside of the schema', i.inhparent::regclass), 'ALTER TABLE ... DETACH PARTITION'
FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN pg_class p ON p.oid = i.inhparent
WHERE r.relkind IN ('r', 'p') AND r.relispartition AND p.relnamespace <> $1
UNION ALL SELECT 1259, r.oid, 0, format('it inherits from %s, which stands outside of the schema: the rows of all tenants would be seen there', i.inhparent::regclass), 'ALTER TABLE ... NO INHERIT'
FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN pg_class p ON p.oid = i.inhparent
WHERE r.relkind = 'r' AND NOT r.relispartition AND p.relnamespace <> $1
UNION ALL SELECT 1259, r.oid, 0, format('its %s %s stands outside of the schema', CASE WHEN c.relispartition THEN 'partition' ELSE 'child' END, c.oid::regclass), 'put both into one schema, or part them: ALTER TABLE ... DETACH PARTITION, NO INHERIT'
FROM relation r JOIN pg_inherits i ON i.inhparent = r.oid JOIN pg_class c ON c.oid = i.inhrelid
WHERE r.relkind IN ('r', 'p') AND c.relnamespace <> $1
-- Not before PostgreSQL 14.
UNION ALL SELECT 1259, r.oid, 0, 'its detaching was never finished', 'ALTER TABLE ... DETACH PARTITION ... FINALIZE'
FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid WHERE r.relispartition AND to_jsonb(i) @> '{"inhdetachpending": true}'
UNION ALL SELECT 1259, r.oid, a.attnum, 'its parents disagree about the default', 'give the parents one default, then the child its own'
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attislocal AND a.attinhcount > 1
WHERE r.relkind = 'r' AND (SELECT count(DISTINCT pg_get_expr(f.adbin, f.adrelid)) FROM pg_inherits i
                           JOIN pg_attribute b ON b.attrelid = i.inhparent AND b.attname = a.attname JOIN pg_attrdef f ON f.adrelid = b.attrelid AND f.adnum = b.attnum
                           WHERE i.inhrelid = r.oid) > 1
UNION ALL SELECT 1259, r.oid, 0, 'the index is invalid', 'REINDEX or DROP INDEX'
FROM relation r JOIN pg_index i ON i.indexrelid = r.oid JOIN pg_class t ON t.oid = i.indrelid WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND t.relkind IN ('r', 'm')
-- Foreign keys and deferrable keys that are not enforced as they would be, on either side.
UNION ALL SELECT 2606, t.tgconstraint, 0, 'some of its triggers are switched off or altered', 'ALTER TABLE ... ENABLE TRIGGER ALL'
FROM member m JOIN pg_trigger t ON t.oid = m.objid JOIN pg_constraint k ON k.oid = t.tgconstraint
WHERE m.classid = 2620 AND t.tgisinternal AND t.tgenabled <> 'O' AND k.contype <> 't'
-- What has no schema, but would not exist for the clone's types.
UNION ALL SELECT DISTINCT d.classid, d.objid, 0, 'casts and transforms of the template''s types are not carried', 'put the type into a shared schema'
FROM member m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid WHERE d.classid IN (2605, 3576) AND d.deptype = 'n'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype IN ('e', 'i'))
-- What PostgreSQL drops with an extension.
UNION ALL SELECT DISTINCT d.classid, d.objid, 0, 'it depends on an extension', 'ALTER ... NO DEPENDS ON EXTENSION'
FROM member m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid WHERE d.deptype = 'x'
