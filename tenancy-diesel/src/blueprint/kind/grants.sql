-- Rights that differ from what PostgreSQL gives by default: what is taken from the default and what is given beside it.
-- Who granted does not matter: in a clone it is the owner. Grantees keep their order.
WITH schema AS (
    SELECT n.oid, n.nspowner AS owner FROM pg_namespace n WHERE n.oid = $1
), acl (class, oid, sub, kind, target, column_name, owner, acl) AS (
    SELECT 2615, n.oid, 0, 'n', '', NULL::text, n.nspowner, n.nspacl FROM pg_namespace n WHERE n.oid = $1
    UNION ALL
    SELECT 1259, c.oid, 0, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass, NULL, c.relowner, c.relacl
    FROM pg_class c WHERE c.relnamespace = $1
    UNION ALL
    SELECT 1259, c.oid, a.attnum, 'c', 'TABLE ' || c.oid::regclass, a.attname, c.relowner, a.attacl
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = $1 AND NOT a.attisdropped
    UNION ALL
    SELECT 1255, p.oid, 0, 'f', 'ROUTINE ' || p.oid::regprocedure, NULL, p.proowner, p.proacl FROM pg_proc p WHERE p.pronamespace = $1
    UNION ALL
    SELECT 1247, t.oid, 0, 'T', 'TYPE ' || t.oid::regtype, NULL, t.typowner, t.typacl FROM pg_type t WHERE t.typnamespace = $1
), given (class, oid, sub, grantee, privilege, grantable, place) AS (
    SELECT a.class, a.oid, a.sub, e.grantee, e.privilege_type, bool_or(e.is_grantable), min(min(e.place)) OVER (PARTITION BY a.class, a.oid, a.sub, e.grantee)
    FROM acl a CROSS JOIN LATERAL aclexplode(a.acl) WITH ORDINALITY e (grantor, grantee, privilege_type, is_grantable, place) WHERE a.acl IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
), builtin (class, oid, sub, grantee, privilege) AS (
    SELECT a.class, a.oid, a.sub, e.grantee, e.privilege_type
    FROM acl a CROSS JOIN LATERAL aclexplode(acldefault(a.kind::"char", a.owner)) e WHERE a.acl IS NOT NULL
), change (class, oid, sub, grantee, privilege, grantable, revoke, place) AS (
    SELECT b.class, b.oid, b.sub, b.grantee, b.privilege, false, true, 0 FROM builtin b
    WHERE NOT EXISTS (SELECT FROM given g WHERE (g.class, g.oid, g.sub, g.grantee, g.privilege) = (b.class, b.oid, b.sub, b.grantee, b.privilege))
    UNION ALL
    SELECT g.class, g.oid, g.sub, g.grantee, g.privilege, g.grantable, false, g.place FROM given g
    WHERE g.grantable OR NOT EXISTS (SELECT FROM builtin b WHERE (g.class, g.oid, g.sub, g.grantee, g.privilege) = (b.class, b.oid, b.sub, b.grantee, b.privilege))
)
SELECT a.class::oid AS class, a.oid, a.sub, a.kind, a.target, a.column_name, c.privilege, c.grantable, c.revoke,
       c.grantee, coalesce(pg_get_userbyid(nullif(c.grantee, 0)), '')::text AS grantee_name, c.grantee = s.owner AS is_owner,
       NULL::text AS role_name, false AS role_is_owner, true AS may, c.place
FROM change c
JOIN acl a ON (a.class, a.oid, a.sub) = (c.class, c.oid, c.sub)
CROSS JOIN schema s
UNION ALL
-- Default privileges. A row without rights cannot be; `may` is whether whoever reads this could say the same.
SELECT 826, d.oid, 0, 'D', d.defaclobjtype::text, NULL, e.privilege_type, e.is_grantable, false,
       e.grantee, coalesce(pg_get_userbyid(nullif(e.grantee, 0)), '')::text, e.grantee = s.owner,
       pg_get_userbyid(d.defaclrole)::text, d.defaclrole = s.owner,
       (SELECT m.rolsuper FROM pg_roles m WHERE m.rolname = current_user) OR pg_has_role(current_user, d.defaclrole, 'USAGE'),
       min(e.place) OVER (PARTITION BY d.oid, e.grantee)
FROM pg_default_acl d
CROSS JOIN schema s
CROSS JOIN LATERAL aclexplode(d.defaclacl) WITH ORDINALITY e (grantor, grantee, privilege_type, is_grantable, place)
WHERE d.defaclnamespace = $1
ORDER BY class, oid, sub, revoke DESC, place, grantee_name, grantable, privilege
