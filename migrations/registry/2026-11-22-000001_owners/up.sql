-- Owners: a tenant's schema may belong to a role of its own instead of the one that owns all others. PostgreSQL runs
-- foreign keys' cascades with the rights of the table's owner; whoever leads one astray reaches what that owner reaches.

ALTER TABLE tenancy.tenants
    -- Owns the tenant's schema and nothing else; NULL: the owner of all tenants' schemas does.
    ADD COLUMN owner_name text CONSTRAINT tenants_owner_name_key UNIQUE
        CONSTRAINT tenants_owner_name_check CHECK (owner_name ~ '^owner_[0-9a-f]{32}$');

-- Its own row is what such an owner writes migrations down in. (It works where row level security is on, which is where
-- there are roles. For everybody, as `of_login` is: `DROP OWNED BY` would remove one that names a role.)
CREATE POLICY of_own_owner ON tenancy.tenants USING (owner_name = current_user::text);

-- Who is to own a schema: its tenant's own owner, or that of all others (the template, too).
CREATE OR REPLACE FUNCTION tenancy.owner_of(p_schema text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT t.owner_name FROM tenancy.tenants t WHERE t.schema_name = p_schema), i.owner_role)
      FROM tenancy.installation i
$$;

-- The owners of single tenants' schemas.
CREATE OR REPLACE FUNCTION tenancy.own_owners() RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.owner_name FROM tenancy.tenants t WHERE to_regrole(quote_ident(t.owner_name)) IS NOT NULL
$$;

-- Whether a role is one that owns tenants' schemas. A tenant's own is told by its name: when a tenant is dropped, its
-- row goes with the schema.
CREATE OR REPLACE FUNCTION tenancy.owns_schemas(p_role text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_role ~ '^owner_[0-9a-f]{32}$' OR EXISTS (SELECT FROM tenancy.installation i WHERE i.owner_role = p_role)
$$;

-- Acts as the owner of `p_schema` (of tenants' schemas in general, when NULL), if that is one of ours; else nothing
-- changes. Call it as the login.
CREATE OR REPLACE FUNCTION tenancy.act_as_owner(p_schema text, p_local boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_owner pg_catalog.text;
BEGIN
    IF p_schema IS NULL THEN
        SELECT i.owner_role INTO v_owner FROM tenancy.installation i;
    ELSE
        SELECT pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text INTO v_owner
          FROM pg_catalog.pg_namespace n, tenancy.installation i
         WHERE n.nspname OPERATOR(pg_catalog.=) p_schema::pg_catalog.name
           AND tenancy.owns_schemas(pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text);
    END IF;
    IF FOUND THEN
        PERFORM pg_catalog.set_config('role', v_owner, p_local);
    END IF;
    RETURN FOUND;
END
$$;

-- As before, and: whoever operates this installation may act as the owners of single tenants, too.
CREATE OR REPLACE FUNCTION tenancy.establish_roles() RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_name text := 'tenancy_' || left(replace(gen_random_uuid()::text, '-', ''), 12);
    v tenancy.installation;
BEGIN
    INSERT INTO tenancy.installation VALUES (true, v_name || '_owner', v_name || '_tenants')
    ON CONFLICT (one) DO NOTHING;
    SELECT * INTO v FROM tenancy.installation;
    PERFORM tenancy.make_role(v.owner_role), tenancy.make_role(v.tenants_role);
    PERFORM tenancy.grant_role(v.owner_role, session_user::text);
    EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO %I', current_database(), v.owner_role);
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenancy FROM PUBLIC;
    PERFORM tenancy.let_own(v.owner_role);
    EXECUTE format('GRANT SELECT ON tenancy.installation TO %I', v.owner_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenancy.act_as_owner, tenancy.owns_schemas TO %I', v.owner_role);
    PERFORM tenancy.grant_role(o.name, session_user::text) FROM tenancy.own_owners() AS o (name);
    -- A login of some tenants sees their rows only; one that may read the logins is the service's and sees all. (A
    -- policy for a group would not do: it holds for those who inherit, and logins that are members of many roles should
    -- not. Nor one for each login: `DROP OWNED BY` takes a role out of policies without asking whose the table is, so a
    -- login's session could take the registry away from the whole service.) Only once: each of these statements
    -- waits for all who read the registry, and all who come wait behind it.
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'tenancy.tenants'::regclass AND polname = 'of_login') THEN
        ALTER TABLE tenancy.tenants ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_login ON tenancy.tenants FOR SELECT USING (
            login_name = session_user::text
            OR (SELECT has_table_privilege(session_user, 'tenancy.logins'::regclass, 'SELECT')));
        EXECUTE format('CREATE POLICY of_owner ON tenancy.tenants TO %I USING (true)', v.owner_role);
    END IF;
END
$$;

-- Lets an owner of tenants' schemas do what is done acting as it: it grants tenants their rights, and writes down which
-- migrations a schema has.
CREATE OR REPLACE FUNCTION tenancy.let_own(p_owner text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- As in let_pin.
    LOCK TABLE tenancy.tenants IN ROW EXCLUSIVE MODE;
    LOCK TABLE tenancy.logins IN SHARE UPDATE EXCLUSIVE MODE;
    EXECUTE format('GRANT USAGE ON SCHEMA tenancy TO %I', p_owner);
    EXECUTE format('GRANT SELECT (id, schema_name, role_name), UPDATE (migrations, template_version) '
                   'ON tenancy.tenants TO %I', p_owner);
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenancy.grant_schema, tenancy.close_bookkeeping TO %I', p_owner);
END
$$;

-- Lends a role, with its rights, until `take_back` in the same transaction: who gives an object away must own it and be
-- a member of who gets it. Nobody else ever sees it.
CREATE OR REPLACE FUNCTION tenancy.lend(p_role text, p_member text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE format('GRANT %I TO %I WITH INHERIT TRUE, SET TRUE', p_role, p_member);
    ELSE
        EXECUTE format('GRANT %I TO %I', p_role, p_member);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION tenancy.take_back(p_role text, p_member text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('REVOKE %I FROM %I', p_role, p_member);
END
$$;

-- What stands in a schema and has an owner, and how its owner is changed.
CREATE OR REPLACE FUNCTION tenancy.objects_in(p_schema text) RETURNS TABLE (owner name, statement text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH home AS (SELECT oid FROM pg_namespace WHERE nspname = p_schema::name), found (owner, statement) AS (
        -- A sequence of a column follows its table. (ALTER TABLE takes every kind of relation.)
        SELECT c.relowner, format('ALTER TABLE %I.%I', p_schema, c.relname)
          FROM pg_class c JOIN home ON home.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                              AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
        UNION ALL
        SELECT p.proowner, format('ALTER ROUTINE %s', p.oid::regprocedure)
          FROM pg_proc p JOIN home ON home.oid = p.pronamespace
           -- Those that came with a range belong to the bootstrap superuser, always.
         WHERE NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
        UNION ALL
        -- Neither arrays nor the row types of tables.
        SELECT t.typowner, format('ALTER TYPE %I.%I', p_schema, t.typname)
          FROM pg_type t JOIN home ON home.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
         WHERE (c.oid IS NULL OR c.relkind = 'c') AND t.typtype <> 'm'
           AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
        UNION ALL
        SELECT s.stxowner, format('ALTER STATISTICS %I.%I', p_schema, s.stxname)
          FROM pg_statistic_ext s JOIN home ON home.oid = s.stxnamespace
        UNION ALL
        SELECT c.collowner, format('ALTER COLLATION %I.%I', p_schema, c.collname)
          FROM pg_collation c JOIN home ON home.oid = c.collnamespace
        UNION ALL
        SELECT c.conowner, format('ALTER CONVERSION %I.%I', p_schema, c.conname)
          FROM pg_conversion c JOIN home ON home.oid = c.connamespace
        UNION ALL
        SELECT o.oprowner, format('ALTER OPERATOR %s', o.oid::regoperator)
          FROM pg_operator o JOIN home ON home.oid = o.oprnamespace
        UNION ALL
        SELECT o.opcowner, format('ALTER OPERATOR CLASS %I.%I USING %I', p_schema, o.opcname, a.amname)
          FROM pg_opclass o JOIN home ON home.oid = o.opcnamespace JOIN pg_am a ON a.oid = o.opcmethod
        UNION ALL
        SELECT o.opfowner, format('ALTER OPERATOR FAMILY %I.%I USING %I', p_schema, o.opfname, a.amname)
          FROM pg_opfamily o JOIN home ON home.oid = o.opfnamespace JOIN pg_am a ON a.oid = o.opfmethod
        UNION ALL
        SELECT c.cfgowner, format('ALTER TEXT SEARCH CONFIGURATION %I.%I', p_schema, c.cfgname)
          FROM pg_ts_config c JOIN home ON home.oid = c.cfgnamespace
        UNION ALL
        SELECT d.dictowner, format('ALTER TEXT SEARCH DICTIONARY %I.%I', p_schema, d.dictname)
          FROM pg_ts_dict d JOIN home ON home.oid = d.dictnamespace
    )
    SELECT pg_get_userbyid(f.owner), f.statement FROM found f
$$;

-- Gives a schema, what stands in it, and the default privileges of owners of ours to who is to own it. Returns how many
-- objects that were. Call it as a login that owns what does not belong to an owner of ours, or as a superuser.
CREATE OR REPLACE FUNCTION tenancy.adopt_schema(p_schema text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_to text := tenancy.owner_of(p_schema);
    v_holder text := (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = p_schema::name);
    v_super boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    -- As whom the schema's rights are granted, and what stands in it is given away.
    v_grantor text := 'none';
    v_giver text;
    v_ours boolean;
    v_from text;
    v_statement text;
    v_gifts text[];
    v_taken text[];
    v_given text[];
    v_count integer := 0;
BEGIN
    IF tenancy.owns_schemas(v_holder) AND NOT v_super THEN
        v_grantor := v_holder;
    END IF;
    -- Whoever gets an object must be allowed to create it there.
    IF v_holder <> v_to AND NOT v_super THEN
        PERFORM set_config('role', v_grantor, true);
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', p_schema, v_to);
        PERFORM set_config('role', 'none', true);
    END IF;
    FOR v_from IN
        SELECT o.owner FROM tenancy.objects_in(p_schema) o WHERE o.owner <> v_to::name
        UNION
        SELECT pg_get_userbyid(t.typowner) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE n.nspname = p_schema::name AND t.typtype = 'm' AND pg_get_userbyid(t.typowner) <> v_to::name
        UNION
        SELECT pg_get_userbyid(d.defaclrole) FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace
         WHERE n.nspname = p_schema::name AND tenancy.owns_schemas(pg_get_userbyid(d.defaclrole))
           AND pg_get_userbyid(d.defaclrole) <> v_to::name
        ORDER BY 1
    LOOP
        v_ours := tenancy.owns_schemas(v_from) AND NOT v_super;
        v_giver := CASE WHEN v_ours THEN v_from ELSE session_user END;
        -- Whoever gives an object away must reach it.
        IF NOT v_super AND v_giver <> v_holder THEN
            PERFORM set_config('role', v_grantor, true);
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', p_schema, v_giver);
            PERFORM set_config('role', 'none', true);
        END IF;
        -- Read as the login: no owner may read what these functions do.
        v_gifts := ARRAY(SELECT format('%s OWNER TO %I', o.statement, v_to)
                           FROM tenancy.objects_in(p_schema) o WHERE o.owner = v_from::name);
        SELECT array_agg(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %s%s', v_to, p_schema,
                                d.privilege, d.kind, d.grantee, d.option)),
               array_agg(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE %s ON %s FROM %s', v_from,
                                p_schema, d.privilege, d.kind, d.grantee))
          INTO v_given, v_taken
          FROM (SELECT k.kind, a.privilege_type AS privilege,
                       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee,
                       CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS option
                  FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace
                  CROSS JOIN LATERAL aclexplode(d.defaclacl) a
                  JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'ROUTINES'), ('T', 'TYPES')) AS k (letter, kind)
                    ON k.letter = d.defaclobjtype::text
                 WHERE n.nspname = p_schema::name AND pg_get_userbyid(d.defaclrole) = v_from::name
                   AND tenancy.owns_schemas(v_from)) AS d;
        IF v_ours THEN
            PERFORM tenancy.lend(v_to, v_from), set_config('role', v_from, true);
        END IF;
        FOREACH v_statement IN ARRAY v_gifts || v_taken LOOP
            EXECUTE v_statement;
        END LOOP;
        -- A multirange follows its range in newer versions only, which let nobody change it by itself.
        FOR v_statement IN
            SELECT format('ALTER TYPE %I.%I OWNER TO %I', p_schema, t.typname, v_to)
              FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
             WHERE n.nspname = p_schema::name AND t.typtype = 'm' AND pg_get_userbyid(t.typowner) = v_from::name
        LOOP
            EXECUTE v_statement;
        END LOOP;
        IF v_ours THEN
            PERFORM set_config('role', v_to, true);
        END IF;
        FOREACH v_statement IN ARRAY coalesce(v_given, '{}') LOOP
            EXECUTE v_statement;
        END LOOP;
        v_count := v_count + cardinality(v_gifts);
        PERFORM set_config('role', 'none', true);
        IF v_ours THEN
            PERFORM tenancy.take_back(v_to, v_from);
        END IF;
        IF NOT v_super AND v_giver <> v_holder THEN
            PERFORM set_config('role', v_grantor, true);
            EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', p_schema, v_giver);
            PERFORM set_config('role', 'none', true);
        END IF;
    END LOOP;
    IF v_holder <> v_to THEN
        IF v_grantor <> 'none' THEN
            PERFORM tenancy.lend(v_to, v_holder);
        END IF;
        PERFORM set_config('role', v_grantor, true);
        EXECUTE format('ALTER SCHEMA %I OWNER TO %I', p_schema, v_to);
        PERFORM set_config('role', 'none', true);
        IF v_grantor <> 'none' THEN
            PERFORM tenancy.take_back(v_to, v_holder);
        END IF;
        v_count := v_count + 1;
    END IF;
    RETURN v_count;
END
$$;

-- Gives a tenant's schema to an owner of its own, which is made, if it is not there yet. Returns the owner. Nobody may
-- be pinned to the tenant: every table is locked.
CREATE OR REPLACE FUNCTION tenancy.own_apart(p_tenant uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner text := 'owner_' || replace(p_tenant::text, '-', '');
    v_schema text;
    v_role text;
BEGIN
    UPDATE tenancy.tenants SET owner_name = v_owner WHERE id = p_tenant AND placement = 'schema'
    RETURNING schema_name, role_name INTO STRICT v_schema, v_role;
    PERFORM tenancy.make_role(v_owner);
    PERFORM tenancy.let_own(v_owner);
    PERFORM tenancy.grant_role(v_owner, session_user::text);
    -- Every other operator, too: who may act as the owner of all the others.
    PERFORM tenancy.grant_role(v_owner, r.rolname::text)
       FROM tenancy.installation i JOIN pg_auth_members m ON m.roleid = to_regrole(quote_ident(i.owner_role))
       JOIN pg_roles r ON r.oid = m.member
      WHERE coalesce((to_jsonb(m) ->> 'set_option')::boolean, true);
    PERFORM tenancy.adopt_schema(v_schema);
    PERFORM tenancy.act_as_owner(v_schema, true), tenancy.grant_schema(v_schema, v_role);
    PERFORM set_config('role', 'none', true);
    RETURN v_owner;
END
$$;

-- Gives a tenant's schema back to the owner of all others, and drops its own. Nobody may be pinned to the tenant.
CREATE OR REPLACE FUNCTION tenancy.own_together(p_tenant uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner text;
    v_schema text;
    v_role text;
    v_together text := (SELECT i.owner_role FROM tenancy.installation i);
BEGIN
    SELECT t.owner_name, t.schema_name, t.role_name INTO v_owner, v_schema, v_role
      FROM tenancy.tenants t WHERE t.id = p_tenant AND t.owner_name IS NOT NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE tenancy.tenants SET owner_name = NULL WHERE id = p_tenant;
    IF to_regrole(quote_ident(v_owner)) IS NOT NULL THEN
        PERFORM tenancy.adopt_schema(v_schema);
        PERFORM tenancy.act_as_owner(v_schema, true), tenancy.grant_schema(v_schema, v_role);
        PERFORM set_config('role', 'none', true);
        -- Whatever else it made, large objects: they are the tenant's data.
        PERFORM tenancy.grant_role(v_owner, session_user::text);
        PERFORM tenancy.lend(v_together, v_owner), set_config('role', v_owner, true);
        EXECUTE format('REASSIGN OWNED BY %I TO %I', v_owner, v_together);
        PERFORM set_config('role', 'none', true);
        PERFORM tenancy.take_back(v_together, v_owner);
        PERFORM tenancy.drop_owner(v_owner);
    END IF;
END
$$;

-- Drops an owner of one tenant's schema, which is gone or belongs to another.
CREATE OR REPLACE FUNCTION tenancy.drop_owner(p_owner text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regrole(quote_ident(p_owner)) IS NULL THEN
        RETURN;
    END IF;
    -- As in let_pin.
    LOCK TABLE tenancy.tenants IN ROW EXCLUSIVE MODE;
    LOCK TABLE tenancy.logins IN SHARE UPDATE EXCLUSIVE MODE;
    EXECUTE format('REVOKE ALL (id, schema_name, role_name, migrations, template_version) ON tenancy.tenants FROM %I', p_owner);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenancy FROM %I', p_owner);
    EXECUTE format('REVOKE ALL ON SCHEMA tenancy FROM %I', p_owner);
    PERFORM tenancy.drop_role(p_owner);
END
$$;

-- As before, and: the owner of its schema, if that was its own, goes with it.
CREATE OR REPLACE FUNCTION tenancy.drop_tenant_role(p_role text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role oid := (SELECT oid FROM pg_roles WHERE rolname = p_role::name);
    v_statement text;
BEGIN
    IF p_role ~ '^tenant_[0-9a-f]{32}$' THEN
        PERFORM tenancy.drop_owner('owner_' || right(p_role, 32));
    END IF;
    IF v_role IS NULL THEN
        RETURN;
    END IF;
    FOR v_statement IN
        SELECT CASE d.classid
                   WHEN 'pg_class'::regclass THEN format('REVOKE ALL ON %s', d.objid::regclass)
                   WHEN 'pg_namespace'::regclass THEN format('REVOKE ALL ON SCHEMA %s', d.objid::regnamespace)
                   WHEN 'pg_proc'::regclass THEN format('REVOKE ALL ON ROUTINE %s', d.objid::regprocedure)
                   WHEN 'pg_type'::regclass THEN format('REVOKE ALL ON TYPE %s', d.objid::regtype)
               END
          FROM pg_shdepend d
         WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = v_role AND d.deptype = 'a'
           AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND d.classid IN ('pg_class'::regclass, 'pg_namespace'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
    LOOP
        EXECUTE format('%s FROM %I', v_statement, p_role);
    END LOOP;
    PERFORM tenancy.drop_role(p_role);
END
$$;

-- Renames a tenant's schema. Its owner must have the right to create schemas, which a tenant's own has not.
CREATE OR REPLACE FUNCTION tenancy.rename_schema(p_schema text, p_to text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner text := (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = p_schema::name);
    v_together text := (SELECT i.owner_role FROM tenancy.installation i);
    v_lent boolean := v_owner <> v_together AND tenancy.owns_schemas(v_owner)
                      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user);
BEGIN
    IF v_lent THEN
        PERFORM tenancy.lend(v_owner, v_together);
    END IF;
    IF v_lent OR v_owner = v_together THEN
        PERFORM set_config('role', v_together, true);
    END IF;
    EXECUTE format('ALTER SCHEMA %I RENAME TO %I', p_schema, p_to);
    PERFORM set_config('role', 'none', true);
    IF v_lent THEN
        PERFORM tenancy.take_back(v_owner, v_together);
    END IF;
END
$$;

-- As before, and: a login of ours may connect to a database that is not open to everybody.
CREATE OR REPLACE FUNCTION tenancy.let_pin(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- One at a time: rights on one object that two transactions change fail ("tuple concurrently updated"). Whoever
    -- locks both tables takes the tenants first.
    LOCK TABLE tenancy.tenants IN ROW EXCLUSIVE MODE;
    LOCK TABLE tenancy.logins IN SHARE UPDATE EXCLUSIVE MODE;
    EXECUTE format('GRANT USAGE ON SCHEMA tenancy TO %I', p_login);
    EXECUTE format('GRANT SELECT (id, slug, status, schema_name, role_name, login_name, session_settings, '
                   'template_version) ON tenancy.tenants TO %I', p_login);
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenancy.pin, tenancy.pin_transaction TO %I', p_login);
    IF NOT has_database_privilege(p_login::name, current_database(), 'CONNECT') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), p_login);
        IF NOT has_database_privilege(p_login::name, current_database(), 'CONNECT') THEN
            RAISE EXCEPTION 'login % may not connect to database %, and % may not let it', p_login, current_database(),
                session_user
                USING HINT = format('GRANT CONNECT ON DATABASE %I TO %I WITH GRANT OPTION', current_database(), session_user);
        END IF;
    END IF;
END
$$;

-- Drops a dedicated login that serves nobody any more; leaves every other one alone.
CREATE OR REPLACE FUNCTION tenancy.drop_login(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM tenancy.logins l WHERE l.name = p_login AND l.kind = 'dedicated'
       AND NOT EXISTS (SELECT FROM tenancy.tenants t WHERE t.login_name = l.name);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM tenancy.let_pin_no_more(p_login);
    -- Not in let_pin_no_more: what a login of the service has was not given by us alone.
    IF EXISTS (SELECT FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a
                WHERE d.datname = current_database() AND a.grantee = to_regrole(quote_ident(p_login))) THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), p_login);
    END IF;
    PERFORM tenancy.drop_role(p_login);
END
$$;

-- What establish_roles takes from everybody, of functions that came later.
REVOKE ALL ON FUNCTION tenancy.owner_of, tenancy.own_owners, tenancy.owns_schemas, tenancy.let_own, tenancy.lend,
    tenancy.take_back, tenancy.objects_in, tenancy.own_apart, tenancy.own_together, tenancy.drop_owner,
    tenancy.rename_schema FROM PUBLIC;
