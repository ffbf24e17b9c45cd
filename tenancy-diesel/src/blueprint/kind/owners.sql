-- What belongs to another role than the schema, and whether whoever reads this could give a clone's to that role: a
-- superuser, or a member of the role, which must be allowed to create in the schema. What follows its table is left out.
WITH schema AS (
    SELECT n.oid, n.nspowner FROM pg_namespace n WHERE n.oid = $1
), owned (class, oid, owner, kind) AS (
    SELECT 1259, c.oid, c.relowner, 'TABLE ' FROM pg_class c
    WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE c.relkind = 'S' AND d.classid = 1259 AND d.objid = c.oid AND d.refclassid = 1259 AND d.deptype IN ('a', 'i'))
    UNION ALL SELECT 1255, p.oid, p.proowner, 'ROUTINE ' FROM pg_proc p
    WHERE p.pronamespace = $1 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL SELECT 1247, t.oid, t.typowner, 'TYPE ' FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace = $1 AND coalesce(c.relkind, 'c') = 'c' AND t.typtype <> 'm' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL SELECT 3381, oid, stxowner, 'STATISTICS ' FROM pg_statistic_ext WHERE stxnamespace = $1
    UNION ALL SELECT 2617, oid, oprowner, 'OPERATOR ' FROM pg_operator WHERE oprnamespace = $1
    UNION ALL SELECT 2616, oid, opcowner, 'OPERATOR CLASS ' FROM pg_opclass WHERE opcnamespace = $1
    UNION ALL SELECT 2753, oid, opfowner, 'OPERATOR FAMILY ' FROM pg_opfamily WHERE opfnamespace = $1
    UNION ALL SELECT 3456, oid, collowner, 'COLLATION ' FROM pg_collation WHERE collnamespace = $1
    UNION ALL SELECT 2607, oid, conowner, 'CONVERSION ' FROM pg_conversion WHERE connamespace = $1
    UNION ALL SELECT 3600, oid, dictowner, 'TEXT SEARCH DICTIONARY ' FROM pg_ts_dict WHERE dictnamespace = $1
    UNION ALL SELECT 3602, oid, cfgowner, 'TEXT SEARCH CONFIGURATION ' FROM pg_ts_config WHERE cfgnamespace = $1
)
SELECT o.class::oid AS class, o.oid, o.kind || i.identity AS target, pg_get_userbyid(o.owner)::text AS role, o.owner,
       pg_get_userbyid(s.nspowner)::text AS schema_owner,
       (SELECT m.rolsuper FROM pg_roles m WHERE m.rolname = current_user)
       OR pg_has_role(current_user, o.owner, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) AND has_schema_privilege(o.owner, s.oid, 'CREATE') AS may
FROM owned o
JOIN schema s ON s.nspowner <> o.owner
CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
