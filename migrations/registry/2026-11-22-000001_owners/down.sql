-- Every schema goes back to the owner of all.
SELECT tenancy.own_together(id) FROM tenancy.tenants WHERE owner_name IS NOT NULL;

-- As they were.
CREATE OR REPLACE FUNCTION tenancy.act_as_owner(p_schema text, p_local boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_owner pg_catalog.text;
BEGIN
    SELECT i.owner_role INTO v_owner FROM tenancy.installation i
     WHERE p_schema IS NULL OR EXISTS (
           SELECT FROM pg_catalog.pg_namespace n
            WHERE n.nspname OPERATOR(pg_catalog.=) p_schema::pg_catalog.name
              AND pg_catalog.pg_get_userbyid(n.nspowner) OPERATOR(pg_catalog.=) i.owner_role::pg_catalog.name);
    IF FOUND THEN
        PERFORM pg_catalog.set_config('role', v_owner, p_local);
    END IF;
    RETURN FOUND;
END
$$;

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
    EXECUTE format('GRANT USAGE ON SCHEMA tenancy TO %I', v.owner_role);
    EXECUTE format('GRANT SELECT ON tenancy.installation TO %I', v.owner_role);
    -- What migrations write down, they write as the owner.
    EXECUTE format('GRANT SELECT (id, schema_name, role_name), UPDATE (migrations, template_version) '
                   'ON tenancy.tenants TO %I', v.owner_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenancy.act_as_owner, tenancy.grant_schema, tenancy.close_bookkeeping '
                   'TO %I', v.owner_role);
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

CREATE OR REPLACE FUNCTION tenancy.adopt_schema(p_schema text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner text;
    v_home oid := (SELECT oid FROM pg_namespace WHERE nspname = p_schema::name);
    v_owned boolean;
    v_super boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    v_statement text;
    v_count integer := 0;
BEGIN
    SELECT owner_role INTO STRICT v_owner FROM tenancy.installation;
    v_owned := (SELECT nspowner = v_owner::regrole FROM pg_namespace WHERE oid = v_home);
    -- Whoever gives an object away must reach it, and whoever gets it must be allowed to create it there.
    IF v_super THEN
        NULL;
    ELSIF v_owned THEN
        PERFORM set_config('role', v_owner, true);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', p_schema, session_user);
        PERFORM set_config('role', 'none', true);
    ELSE
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', p_schema, v_owner);
    END IF;
    FOR v_statement IN
        WITH owner AS (SELECT oid FROM pg_roles WHERE rolname = v_owner::name)
        -- A sequence of a column follows its table. (ALTER TABLE takes every kind of relation.)
        SELECT format('ALTER TABLE %I.%I', p_schema, c.relname)
          FROM pg_class c, owner
         WHERE c.relnamespace = v_home AND c.relowner <> owner.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                              AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
        UNION ALL
        SELECT format('ALTER ROUTINE %s', p.oid::regprocedure)
          FROM pg_proc p, owner WHERE p.pronamespace = v_home AND p.proowner <> owner.oid
        UNION ALL
        -- Neither arrays nor the row types of tables.
        SELECT format('ALTER TYPE %I.%I', p_schema, t.typname)
          FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid, owner
         WHERE t.typnamespace = v_home AND t.typowner <> owner.oid
           AND (c.oid IS NULL OR c.relkind = 'c') AND t.typtype <> 'm'
           AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
        UNION ALL
        SELECT format('ALTER STATISTICS %I.%I', p_schema, s.stxname)
          FROM pg_statistic_ext s, owner WHERE s.stxnamespace = v_home AND s.stxowner <> owner.oid
        UNION ALL
        SELECT format('ALTER COLLATION %I.%I', p_schema, c.collname)
          FROM pg_collation c, owner WHERE c.collnamespace = v_home AND c.collowner <> owner.oid
    LOOP
        EXECUTE format('%s OWNER TO %I', v_statement, v_owner);
        v_count := v_count + 1;
    END LOOP;
    IF NOT v_owned THEN
        EXECUTE format('ALTER SCHEMA %I OWNER TO %I', p_schema, v_owner);
        v_count := v_count + 1;
    ELSIF NOT v_super THEN
        PERFORM set_config('role', v_owner, true);
        EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', p_schema, session_user);
        PERFORM set_config('role', 'none', true);
    END IF;
    RETURN v_count;
END
$$;

CREATE OR REPLACE FUNCTION tenancy.drop_tenant_role(p_role text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role oid := (SELECT oid FROM pg_roles WHERE rolname = p_role::name);
    v_statement text;
BEGIN
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
END
$$;

CREATE OR REPLACE FUNCTION tenancy.drop_login(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM tenancy.logins l WHERE l.name = p_login AND l.kind = 'dedicated'
       AND NOT EXISTS (SELECT FROM tenancy.tenants t WHERE t.login_name = l.name);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM tenancy.let_pin_no_more(p_login);
    PERFORM tenancy.drop_role(p_login);
END
$$;

DROP FUNCTION tenancy.rename_schema(text, text);
DROP FUNCTION tenancy.drop_owner(text);
DROP FUNCTION tenancy.own_together(uuid);
DROP FUNCTION tenancy.own_apart(uuid);
DROP FUNCTION tenancy.objects_in(text);
DROP FUNCTION tenancy.take_back(text, text);
DROP FUNCTION tenancy.lend(text, text);
DROP FUNCTION tenancy.let_own(text);
DROP FUNCTION tenancy.owns_schemas(text);
DROP FUNCTION tenancy.own_owners();
DROP FUNCTION tenancy.owner_of(text);
DROP POLICY of_own_owner ON tenancy.tenants;
ALTER TABLE tenancy.tenants DROP COLUMN owner_name;
