-- Stands before the query of every check; what a check does not name is not evaluated. Parameters:
-- $1 template, $2 prefix, $3 shared schemas, $4 the service's login, $5 the template's migrations,
-- $6 how many connections one process may open, $7 whether tenants are to have roles.
-- Runs under the path of the control plane (pg_catalog, pg_temp); nothing here loops over tenants.
WITH RECURSIVE homes (tenant, slug, role_name, login_name, role, nsp, schema, owner, applied, owner_name) AS (
    -- Tenants whose row names their own schema, and whose schema is there.
    SELECT t.id, t.slug, t.role_name, t.login_name, r.oid, n.oid, n.nspname, n.nspowner, t.migrations, t.owner_name
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
), places (nsp, schema, owner, tenant, slug, role, adoption, entitled, enter) AS (
    -- Where tenants' tables are, how a place is given to its owner role and opened to its tenant, which role is to own
    -- it, and how a statement acts as that one if it is not the owner of all others.
    SELECT h.nsp, h.schema, h.owner, h.tenant, h.slug, h.role, CASE WHEN h.role IS NOT NULL THEN format(
        'DO $$ BEGIN PERFORM tenancy.adopt_schema(%1$L); PERFORM tenancy.act_as_owner(%1$L, true); '
        'PERFORM tenancy.grant_schema(%1$L, %2$L); END $$', h.schema, h.role_name) END,
        CASE WHEN h.owner_name IS NULL THEN i.owner ELSE o.oid END,
        CASE WHEN o.oid IS NULL THEN '' ELSE format('SELECT tenancy.act_as_owner(%L, true); ', h.schema) END
    FROM homes h LEFT JOIN installed i ON true LEFT JOIN pg_roles o ON o.rolname = h.owner_name::name
    UNION ALL
    SELECT t.nsp, t.schema, t.owner, NULL, NULL, NULL,
           format('SELECT tenancy.adopt_schema(%L) FROM tenancy.installation', t.schema), i.owner, ''
    FROM template t LEFT JOIN installed i ON true
), owners (role, name, tenant) AS (
    -- Of all tenants' schemas, and of single ones.
    SELECT owner, owner_name, NULL FROM installed
    UNION ALL
    SELECT o.oid, o.rolname, h.tenant FROM homes h JOIN pg_roles o ON o.rolname = h.owner_name::name
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
    -- Those that came with a range belong to the bootstrap superuser, always.
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'i')
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
), rights (grantor, grantee, privilege, nsp, object, revoke) AS (
    -- What is granted on schemas that hold tenants' data, on the control plane, and on what is in them.
    SELECT a.grantor, a.grantee, a.privilege_type, n.oid, format('schema %I', n.nspname),
           coalesce(p.enter, '') || format('REVOKE ALL ON SCHEMA %I FROM ', n.nspname)
    FROM pg_namespace n LEFT JOIN places p ON p.nsp = n.oid CROSS JOIN LATERAL aclexplode(n.nspacl) a
    WHERE n.nspname = 'tenancy' OR p.nsp IS NOT NULL
    UNION ALL
    SELECT a.grantor, a.grantee, a.privilege_type, c.relnamespace, c.oid::regclass::text,
           coalesce(p.enter, '') || format('REVOKE ALL ON TABLE %s FROM ', c.oid::regclass)
    FROM pg_class c LEFT JOIN places p ON p.nsp = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = to_regnamespace('tenancy') OR p.nsp IS NOT NULL
    UNION ALL
    SELECT a.grantor, a.grantee, a.privilege_type, c.relnamespace, format('%s (%I)', c.oid::regclass, b.attname),
           coalesce(p.enter, '') || format('REVOKE ALL ON TABLE %s FROM ', c.oid::regclass)
    FROM pg_attribute b JOIN pg_class c ON c.oid = b.attrelid LEFT JOIN places p ON p.nsp = c.relnamespace CROSS JOIN LATERAL aclexplode(b.attacl) a
    WHERE b.attacl IS NOT NULL
      AND (c.relnamespace = to_regnamespace('tenancy') OR p.nsp IS NOT NULL)
), calls (classid, objid, refclassid, refobjid) AS (
    -- What an object's expressions call: functions, by themselves, behind operators and casts, and in the checks of
    -- domains; and what a rule or a bound body writes to.
    SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_depend d
    WHERE d.refobjid >= 16384 AND d.deptype IN ('n', 'a')
      AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass)
    UNION ALL
    SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_depend d
    WHERE d.refobjid >= 16384 AND d.deptype = 'n' AND d.refclassid = 'pg_class'::regclass
      AND (d.classid = 'pg_rewrite'::regclass OR d.classid = 'pg_proc'::regclass
           -- Reading a table runs none of its triggers and checks.
           AND pg_get_function_sqlbody(d.objid) ~* '\m(insert|update|delete|merge)\M')
    UNION ALL
    SELECT 'pg_type'::regclass, k.contypid, 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE k.contypid <> 0
    UNION ALL
    SELECT 'pg_opclass'::regclass, o.oid, 'pg_proc'::regclass, a.amproc
    FROM pg_opclass o JOIN pg_amproc a ON a.amprocfamily = o.opcfamily WHERE a.amproc >= 16384
    UNION ALL
    SELECT 'pg_class'::regclass, t.tgrelid, 'pg_trigger'::regclass, t.oid FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_class'::regclass, k.conrelid, 'pg_constraint'::regclass, k.oid FROM pg_constraint k
    WHERE k.conrelid <> 0 AND k.contype IN ('c', 'x')
    UNION ALL
    SELECT 'pg_class'::regclass, f.adrelid, 'pg_attrdef'::regclass, f.oid FROM pg_attrdef f
    UNION ALL
    SELECT 'pg_class'::regclass, i.indrelid, 'pg_class'::regclass, i.indexrelid FROM pg_index i
), path_of_caller (oid) AS (
    -- Functions that look their names up in whatever path the caller has.
    SELECT p.oid FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.oid >= 16384 AND p.prosqlbody IS NULL AND l.lanname NOT IN ('internal', 'c')
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS set (text) WHERE starts_with(set.text, 'search_path='))
), bound (oid) AS (
    -- Functions whose own names were bound when they were made, while what they call is run under the caller's path.
    SELECT p.oid FROM pg_proc p
    WHERE p.oid >= 16384 AND p.prosqlbody IS NOT NULL
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS set (text) WHERE starts_with(set.text, 'search_path='))
)
