-- What the members of the schema have that a CREATE of ours would not give them. `sub` is a column or 0. `$2` is the role
-- of the tenant that the schema belongs to, or nobody's OID.
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
), me AS (
    SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user
)
-- Policies for the tenant's own role, which is nobody in the clone.
SELECT 3256::oid AS class, y.oid, 0 AS sub, 'it is for the tenant''s own role' AS reason, 'make it for PUBLIC: no other tenant''s role is let into the schema' AS remedy
FROM relation r JOIN pg_policy y ON y.polrelid = r.oid WHERE $2 = ANY (y.polroles)
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
-- What has no schema: the clone's would be the template's own.
UNION ALL SELECT 2605, c.oid, 0, 'it casts between types outside of the schema by a function in it', 'put the function into a shared schema'
FROM routine p JOIN pg_cast c ON c.castfunc = p.oid
WHERE NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (c.castsource, c.casttarget) AND t.typnamespace = $1)
UNION ALL SELECT 3576, f.oid, 0, 'it transforms a type outside of the schema by a function in it', 'put the function into a shared schema'
FROM routine p JOIN pg_transform f ON p.oid IN (f.trffromsql, f.trftosql) JOIN pg_type t ON t.oid = f.trftype
WHERE t.typnamespace <> $1
UNION ALL SELECT 2602, o.oid, 0, 'it is an operator of a family outside of the schema for types outside of it', 'put the operator into a shared schema'
FROM member m JOIN pg_operator p ON p.oid = m.objid JOIN pg_amop o ON o.amopopr = p.oid JOIN pg_opfamily f ON f.oid = o.amopfamily
WHERE m.classid = 2617 AND f.opfnamespace <> $1
  AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (o.amoplefttype, o.amoprighttype) AND t.typnamespace = $1)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2602 AND d.objid = o.oid AND d.refclassid = 2616)
UNION ALL SELECT 2603, o.oid, 0, 'it is a function of an operator family outside of the schema for types outside of it', 'put the function into a shared schema'
FROM routine p JOIN pg_amproc o ON o.amproc = p.oid JOIN pg_opfamily f ON f.oid = o.amprocfamily
WHERE f.opfnamespace <> $1
  AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (o.amproclefttype, o.amprocrighttype) AND t.typnamespace = $1)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2603 AND d.objid = o.oid AND d.refclassid = 2616)
-- What belongs to the whole database and calls a function of the schema, which is the template's and no tenant's.
UNION ALL SELECT d.classid, d.objid, 0, 'it belongs to the whole database and calls a function of the template', 'put the function into a shared schema'
FROM routine p JOIN pg_depend d ON d.refclassid = 1255 AND d.refobjid = p.oid WHERE d.classid IN (2328, 2601, 2612, 3466)
-- What is published would not be published of a clone.
UNION ALL SELECT m.classid, m.objid, 0, 'a clone would not be published', 'ALTER PUBLICATION ... DROP it, and publish FOR ALL TABLES'
FROM member m WHERE m.classid IN (6106, 6237)
-- Types.
UNION ALL SELECT 1247, t.oid, 0, 'base types are written in C', 'put the type and its functions into a shared schema'
FROM type t WHERE t.typtype = 'b' AND NOT (t.typelem <> 0 AND EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
UNION ALL SELECT 1247, t.oid, 0, 'its canonical function is in another schema', 'put the function into the schema of its range'
FROM type t JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_proc p ON p.oid = r.rngcanonical WHERE p.pronamespace <> $1
UNION ALL SELECT 2617, o.oid, 0, 'it is the commutator or negator of another operator, and was never created', 'CREATE OPERATOR, or DROP it'
FROM member m JOIN pg_operator o ON o.oid = m.objid WHERE m.classid = 2617 AND o.oprcode = 0
-- Of a parameter without a name, where others have one, PostgreSQL writes "", which it does not read.
UNION ALL SELECT 1255, p.oid, 0, 'PostgreSQL cannot write down its body, because a parameter has no name', 'give all its parameters names'
FROM routine p
WHERE p.prosqlbody IS NOT NULL AND '' = ANY (p.proargnames)
  AND regexp_replace(pg_get_function_sqlbody(p.oid), '''[^'']*''', '', 'g') ~ '(^|[^"])""([^"]|$)'
-- What only a superuser may create, when this one is none.
UNION ALL SELECT 1255, p.oid, 0, CASE WHEN p.proleakproof THEN 'only a superuser may create LEAKPROOF functions'
                                      WHEN p.prosupport <> 0 THEN 'only a superuser may create functions with SUPPORT'
                                      ELSE format('its language, %s, is not trusted: only a superuser may create it', l.lanname) END,
       'put it into a shared schema, or let a superuser own the template and create tenants'
FROM routine p JOIN pg_language l ON l.oid = p.prolang JOIN me ON NOT me.super
WHERE (p.proleakproof OR p.prosupport <> 0 OR NOT l.lanpltrusted AND p.prokind <> 'a')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype = 'i')
UNION ALL SELECT 2605, c.oid, 0, 'only a superuser may create casts WITHOUT FUNCTION', 'cast WITH INOUT or by a function'
FROM member m JOIN pg_depend d ON d.refclassid = 1247 AND d.refobjid = m.objid AND d.classid = 2605 AND d.deptype = 'n' JOIN pg_cast c ON c.oid = d.objid JOIN me ON NOT me.super
WHERE m.classid = 1247 AND c.castmethod = 'b'
UNION ALL SELECT m.classid, m.objid, 0, 'only a superuser may create it', 'put it into a shared schema, or let a superuser own the template and create tenants'
FROM member m JOIN me ON NOT me.super
WHERE m.classid IN (2616, 2753, 3601, 3764)
-- What PostgreSQL drops with an extension.
UNION ALL SELECT DISTINCT d.classid, d.objid, 0, 'it depends on an extension', 'ALTER ... NO DEPENDS ON EXTENSION'
FROM member m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid WHERE d.deptype = 'x'
