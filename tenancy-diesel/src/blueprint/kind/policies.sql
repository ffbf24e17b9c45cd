-- Row security policies. OID 0 among the roles means everybody.
SELECT p.oid, p.polname::text AS name, c.relname::text AS table_name, p.polpermissive AS permissive,
       p.polcmd::text AS command, pg_get_expr(p.polqual, p.polrelid) AS using,
       pg_get_expr(p.polwithcheck, p.polrelid) AS with_check,
       ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname) AS roles
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p')
