-- Stands before the query of every check; what a check does not name is not evaluated. Parameters:
-- $1 template, $2 prefix, $3 shared schemas, $4 the service's login, $5 the template's migrations,
-- $6 how many connections one process may open, $7 whether tenants are to have roles.
-- Runs under the path of the control plane (pg_catalog, pg_temp); nothing here loops over tenants.
WITH RECURSIVE homes (tenant, slug, role_name, login_name, role, nsp, schema, owner, applied) AS (
    -- Tenants whose row names their own schema, and whose schema is there.
    SELECT t.id, t.slug, t.role_name, t.login_name, r.oid, n.oid, n.nspname, n.nspowner, t.migrations
    FROM tenancy.tenants t JOIN pg_namespace n ON n.nspname = t.schema_name::name
    LEFT JOIN pg_roles r ON r.rolname = t.role_name::name
    WHERE t.placement = 'schema' AND t.status <> 'dropping' AND t.schema_name = $2 || t.slug
), template (nsp, schema, owner) AS (
    SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname = $1::name
), shared (nsp, schema) AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY ($3::name[])
), installed (owner, owner_name, tenants, tenants_name) AS (
    SELECT o.oid, o.rolname, g.oid, g.rolname
    FROM tenancy.installation i JOIN pg_roles o ON o.rolname = i.owner_role::name
    JOIN pg_roles g ON g.rolname = i.tenants_role::name
), logins (role, name, super, inherits) AS (
    SELECT oid, rolname, rolsuper, rolinherit FROM pg_roles
    WHERE rolname = $4::name OR rolname IN (SELECT name::name FROM tenancy.logins)
), actors (role, name, tenant) AS (
    SELECT role, role_name, tenant FROM homes WHERE role IS NOT NULL
), places (nsp, schema, owner, tenant, slug, role, adoption) AS (
    -- Where tenants' tables are, and how a place is given to the owner role and opened to its tenant.
    SELECT nsp, schema, owner, tenant, slug, role, CASE WHEN role IS NOT NULL THEN format(
        'DO $$ BEGIN PERFORM tenancy.adopt_schema(%1$L); PERFORM tenancy.act_as_owner(NULL, true); '
        'PERFORM tenancy.grant_schema(%1$L, %2$L); END $$', schema, role_name) END FROM homes
    UNION ALL
    SELECT nsp, schema, owner, NULL, NULL, NULL,
           format('SELECT tenancy.adopt_schema(%L) FROM tenancy.installation', schema) FROM template
), watched (nsp, schema) AS (
    SELECT nsp, schema FROM places UNION SELECT nsp, schema FROM shared
), standalone_types (oid, nsp, name, owner) AS (
    -- Neither arrays nor the row types of tables.
    SELECT t.oid, t.typnamespace, t.typname, t.typowner
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (c.oid IS NULL OR c.relkind = 'c') AND t.typtype <> 'm'
      AND NOT (t.typcategory = 'A' AND t.typelem <> 0)
), owned (nsp, owner, object) AS (
    SELECT nsp, owner, format('schema %I', schema) FROM places
    UNION ALL
    SELECT c.relnamespace, c.relowner, format('%I.%I', p.schema, c.relname)
    FROM places p JOIN pg_class c ON c.relnamespace = p.nsp WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT f.pronamespace, f.proowner, f.oid::regprocedure::text FROM places p JOIN pg_proc f ON f.pronamespace = p.nsp
    UNION ALL
    SELECT t.nsp, t.owner, format('%I.%I', p.schema, t.name) FROM places p JOIN standalone_types t ON t.nsp = p.nsp
), signatures (oid, nsp, proname, name) AS (
    -- By the names of their types alone: a type of the template is a tenant's type of that name.
    SELECT f.oid, f.pronamespace, f.proname, format('%I(%s)', f.proname, (
        SELECT string_agg(t.typname::text, ', ' ORDER BY a.place)
        FROM unnest(f.proargtypes) WITH ORDINALITY a(type, place) JOIN pg_type t ON t.oid = a.type))
    FROM watched w JOIN pg_proc f ON f.pronamespace = w.nsp
), names (nsp, kind, name) AS (
    -- What an unqualified name may mean. Diesel's bookkeeping is always named with its schema.
    SELECT relnamespace, 'relation', relname::text FROM pg_class
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relname <> '__diesel_schema_migrations'
    UNION ALL
    SELECT nsp, 'type', name::text FROM standalone_types
    UNION ALL
    SELECT nsp, 'function', name FROM signatures
), renaming (nsp, kind, name, mend) AS (
    -- Makes a name of a shared schema free.
    SELECT c.relnamespace, 'relation', c.relname::text,
           format('ALTER TABLE %I.%I RENAME TO %I', s.schema, c.relname, left(c.relname, 56) || '_shared')
    FROM shared s JOIN pg_class c ON c.relnamespace = s.nsp
    UNION ALL
    SELECT t.nsp, 'type', t.name::text,
           format('ALTER TYPE %I.%I RENAME TO %I', s.schema, t.name, left(t.name, 56) || '_shared')
    FROM shared s JOIN standalone_types t ON t.nsp = s.nsp
    UNION ALL
    SELECT p.nsp, 'function', p.name,
           format('ALTER ROUTINE %s RENAME TO %I', p.oid::regprocedure, left(p.proname, 56) || '_shared')
    FROM shared s JOIN signatures p ON p.nsp = s.nsp
), of_extension (classid, objid) AS (
    SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
), links (classid, objid, target, sequence) AS (
    -- What was bound to an object of another schema when it was made, and to which schema.
    SELECT d.classid, d.objid, coalesce(c.relnamespace, p.pronamespace, t.typnamespace), c.relkind = 'S'
    FROM pg_depend d
    LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    WHERE d.deptype = 'n' AND d.objid >= 16384 AND d.refobjid >= 16384
      AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
), holders (classid, objid, nsp, mend) AS (
    SELECT 'pg_rewrite'::regclass::oid, w.oid, c.relnamespace, CASE c.relkind
           WHEN 'v' THEN format('DROP VIEW %s', c.oid::regclass)
           WHEN 'm' THEN format('DROP MATERIALIZED VIEW %s', c.oid::regclass)
           ELSE format('DROP RULE %I ON %s', w.rulename, c.oid::regclass) END
    FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class WHERE w.oid >= 16384
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, format('DROP ROUTINE %s', p.oid::regprocedure)
    FROM pg_proc p WHERE p.oid >= 16384
    UNION ALL
    SELECT 'pg_attrdef'::regclass, f.oid, c.relnamespace,
           format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', c.oid::regclass, a.attname)
    FROM pg_attrdef f JOIN pg_class c ON c.oid = f.adrelid
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, c.relnamespace,
           format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, c.relnamespace, format('DROP TRIGGER %I ON %s', t.tgname, c.oid::regclass)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    -- Columns whose types, and tables whose parents, are elsewhere.
    SELECT 'pg_class'::regclass, c.oid, c.relnamespace, NULL
    FROM pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'c')
), rights (grantee, privilege, nsp, object, revoke) AS (
    -- What is granted on schemas that hold tenants' data, on the control plane, and on what is in them.
    SELECT a.grantee, a.privilege_type, n.oid, format('schema %I', n.nspname),
           format('REVOKE ALL ON SCHEMA %I FROM ', n.nspname)
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
    WHERE n.nspname = 'tenancy' OR n.oid IN (SELECT nsp FROM places)
    UNION ALL
    SELECT a.grantee, a.privilege_type, c.relnamespace, c.oid::regclass::text,
           format('REVOKE ALL ON TABLE %s FROM ', c.oid::regclass)
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = to_regnamespace('tenancy') OR c.relnamespace IN (SELECT nsp FROM places)
    UNION ALL
    SELECT a.grantee, a.privilege_type, c.relnamespace, format('%s (%I)', c.oid::regclass, b.attname),
           format('REVOKE ALL ON TABLE %s FROM ', c.oid::regclass)
    FROM pg_attribute b JOIN pg_class c ON c.oid = b.attrelid CROSS JOIN LATERAL aclexplode(b.attacl) a
    WHERE b.attacl IS NOT NULL
      AND (c.relnamespace = to_regnamespace('tenancy') OR c.relnamespace IN (SELECT nsp FROM places))
)
