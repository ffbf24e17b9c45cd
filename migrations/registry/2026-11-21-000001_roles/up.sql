-- Roles: who owns the tenants' schemas, as whom a tenant's session acts, and which login serves it.

-- The roles of this installation; no row while it works without roles. Their names are unique in the cluster,
-- which roles belong to, and stay when the database is renamed.
CREATE TABLE tenancy.installation (
    one          boolean PRIMARY KEY DEFAULT true CONSTRAINT installation_one_check CHECK (one),
    -- Owns the template and every tenant's schema; migrations act as it.
    owner_role   text NOT NULL,
    -- Every tenant's role is a member: what is granted to it, all tenants share.
    tenants_role text NOT NULL
);

-- The logins that serve tenants. Superusers, who may do anything, are not among them.
CREATE TABLE tenancy.logins (
    name       text        PRIMARY KEY CONSTRAINT logins_name_check CHECK (octet_length(name) <= 63),
    -- `service`: the service's own, for every tenant that has no other; `shard`: one of several that share the
    -- tenants out, so that no login is a member of too many roles; `dedicated`: one tenant's.
    kind       text        NOT NULL CONSTRAINT logins_kind_check CHECK (kind IN ('service', 'shard', 'dedicated')),
    -- The password, sealed with the service's key; that of the service's own login is not ours.
    secret     bytea       CONSTRAINT logins_secret_check CHECK ((secret IS NULL) = (kind = 'service')),
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE tenancy.tenants
    -- As whom the tenant's sessions act; NULL: as the login.
    ADD COLUMN role_name text CONSTRAINT tenants_role_name_key UNIQUE
        CONSTRAINT tenants_role_name_check CHECK (role_name ~ '^[a-z0-9_]{1,63}$' AND role_name !~ '^pg_'),
    -- Which login serves it; NULL: the service's own.
    ADD COLUMN login_name text CONSTRAINT tenants_login_name_fkey REFERENCES tenancy.logins (name),
    -- What the tenant's sessions are limited to: names and values of settings, in turns.
    ADD COLUMN session_settings text[]
        CONSTRAINT tenants_session_settings_check CHECK (array_ndims(session_settings) = 1
                                                         AND cardinality(session_settings) % 2 = 0),
    -- How many connections of one process the tenant may hold at once; NULL: what the service is configured to.
    ADD COLUMN max_connections integer CONSTRAINT tenants_max_connections_check CHECK (max_connections > 0);

CREATE INDEX tenants_login_name_idx ON tenancy.tenants (login_name);

DROP FUNCTION tenancy.pin(uuid, text, text, text, text);

-- Pins a session (or, `p_local`, a transaction) to a tenant; see tenancy-core, isolation::pin. Every name, type and
-- operator is qualified, because it runs under whatever path the session has (one that puts pg_temp first has a
-- `text` of its own), and it has no SET clause, because that would undo what it sets.
CREATE FUNCTION tenancy.pin(
    p_tenant uuid, p_slug text, p_schema text, p_path text, p_pin text, p_local boolean,
    OUT held boolean, OUT active boolean, OUT resolved text, OUT template_version text
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_role pg_catalog.text;
    v_settings pg_catalog.text[];
    v_done pg_catalog.text;
BEGIN
    -- The lock first: each statement below has a snapshot of its own, younger than the lock (READ COMMITTED).
    active := false;
    IF p_local THEN
        held := pg_catalog.pg_try_advisory_xact_lock_shared(
            1952804465, pg_catalog.hashtext(p_tenant::pg_catalog.text));
    ELSE
        held := pg_catalog.pg_try_advisory_lock_shared(
            1952804465, pg_catalog.hashtext(p_tenant::pg_catalog.text));
    END IF;
    IF NOT held THEN
        RETURN;
    END IF;
    SELECT t.role_name, t.session_settings, t.template_version
      INTO v_role, v_settings, template_version
      FROM tenancy.tenants t
     WHERE t.id OPERATOR(pg_catalog.=) p_tenant
       AND t.slug OPERATOR(pg_catalog.=) p_slug
       AND t.status OPERATOR(pg_catalog.=) 'active'
       AND t.schema_name OPERATOR(pg_catalog.=) p_schema
       -- Another login serves it by now.
       AND (t.login_name IS NULL OR t.login_name OPERATOR(pg_catalog.=) session_user::pg_catalog.text);
    active := FOUND;
    IF NOT active THEN
        IF NOT p_local THEN
            PERFORM pg_catalog.pg_advisory_unlock_shared(
                1952804465, pg_catalog.hashtext(p_tenant::pg_catalog.text));
        END IF;
        RETURN;
    END IF;
    -- Limits before the role: the login may set what the tenant's role may not.
    IF v_settings IS NOT NULL THEN
        FOR v_at IN 1 .. pg_catalog.cardinality(v_settings) BY 2 LOOP
            PERFORM pg_catalog.set_config(v_settings[v_at], v_settings[v_at OPERATOR(pg_catalog.+) 1], p_local);
        END LOOP;
    END IF;
    -- One statement, planned under one path: a plan made under another would be made anew for each tenant. Its
    -- select list is evaluated from left to right, so current_schema() sees the new path, as the new role, which
    -- may use the schema or gets NULL; were it not, the schema read back would differ and the pin be refused.
    SELECT pg_catalog.set_config('tenancy.tenant', p_tenant::pg_catalog.text, p_local),
           pg_catalog.set_config('tenancy.pin', p_pin, p_local),
           pg_catalog.set_config('search_path', p_path, p_local),
           CASE WHEN v_role IS NOT NULL THEN pg_catalog.set_config('role', v_role, p_local) END,
           pg_catalog.current_schema()::pg_catalog.text
      INTO v_done, v_done, v_done, v_done, resolved;
END
$$;

-- Pins the transaction that was just begun, or raises: whoever sends this in one batch with BEGIN reads no result.
CREATE FUNCTION tenancy.pin_transaction(p_tenant uuid, p_slug text, p_schema text, p_path text, p_pin text)
    RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_pinned pg_catalog.record;
BEGIN
    v_pinned := tenancy.pin(p_tenant, p_slug, p_schema, p_path, p_pin, true);
    IF NOT v_pinned.held THEN
        RAISE EXCEPTION 'tenancy: busy';
    ELSIF NOT v_pinned.active THEN
        RAISE EXCEPTION 'tenancy: stale';
    ELSIF v_pinned.resolved IS NULL OR v_pinned.resolved OPERATOR(pg_catalog.<>) p_schema THEN
        RAISE EXCEPTION 'tenancy: schema missing';
    END IF;
    RETURN v_pinned.template_version;
END
$$;

-- Acts as the owner of the tenants' schemas, if `p_schema` (any, when NULL) belongs to it; else nothing changes.
CREATE FUNCTION tenancy.act_as_owner(p_schema text, p_local boolean) RETURNS boolean
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

-- Makes the roles of this installation, if they are not there yet, and lets the login act as the owner. The login
-- must be a superuser, or may create roles and create schemas in this database, with the right to pass that on.
CREATE FUNCTION tenancy.establish_roles() RETURNS void
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

-- Creates a role that cannot log in, unless there is one of that name.
CREATE FUNCTION tenancy.make_role(p_role text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regrole(quote_ident(p_role)) IS NULL THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', p_role);
    END IF;
END
$$;

-- Lets `p_member` act as `p_role` with SET ROLE. A superuser needs no membership. From PostgreSQL 16 on, whoever makes a
-- role is a member that may administer it but not act as it: that is not enough.
CREATE FUNCTION tenancy.grant_role(p_role text, p_member text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_role = p_member OR (SELECT rolsuper FROM pg_roles WHERE rolname = p_member::name) OR EXISTS (
        SELECT FROM pg_auth_members m WHERE m.roleid = to_regrole(quote_ident(p_role))
           AND m.member = to_regrole(quote_ident(p_member))
           AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))
    THEN
        RETURN;
    END IF;
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', p_role, p_member);
    ELSE
        EXECUTE format('GRANT %I TO %I', p_role, p_member);
    END IF;
END
$$;

-- Makes the role of a tenant and lets its login, or those of the service, act as it. Its rights on the tenant's
-- schema are not granted here.
CREATE FUNCTION tenancy.make_tenant_role(p_tenant uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- By the id: unique in the cluster, and a rename leaves it alone.
    v_role text := 'tenant_' || replace(p_tenant::text, '-', '');
    v tenancy.installation;
    v_login text;
BEGIN
    SELECT * INTO STRICT v FROM tenancy.installation;
    PERFORM tenancy.make_role(v_role);
    -- With INHERIT: what is granted to all tenants is the tenant's, too.
    IF NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = to_regrole(quote_ident(v.tenants_role))
                      AND m.member = to_regrole(quote_ident(v_role))) THEN
        EXECUTE format('GRANT %I TO %I', v.tenants_role, v_role);
    END IF;
    SELECT coalesce(t.login_name, CASE WHEN t.role_name IS NULL THEN tenancy.least_busy_shard() END)
      INTO v_login FROM tenancy.tenants t WHERE t.id = p_tenant;
    UPDATE tenancy.tenants SET role_name = v_role WHERE id = p_tenant AND role_name IS DISTINCT FROM v_role;
    PERFORM tenancy.serve_by(p_tenant, v_login);
    RETURN v_role;
END
$$;

-- Grants a tenant's role what it may do in the tenant's schema: with what is there, and with what migrations, acting
-- as the owner, will put there. Call it as the owner.
CREATE FUNCTION tenancy.grant_schema(p_schema text, p_role text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', p_schema, p_role);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
                   p_schema, p_role);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT ALL ON SEQUENCES TO %I', p_schema, p_role);
    IF EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(p_schema))) THEN
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', p_schema, p_role);
        EXECUTE format('GRANT ALL ON ALL SEQUENCES IN SCHEMA %I TO %I', p_schema, p_role);
        PERFORM tenancy.close_bookkeeping(p_schema);
    END IF;
END
$$;

-- Which migrations a schema has is not its tenant's to say. Call it as the owner.
CREATE FUNCTION tenancy.close_bookkeeping(p_schema text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role text;
BEGIN
    SELECT t.role_name INTO v_role FROM tenancy.tenants t
     WHERE t.schema_name = p_schema AND t.role_name IS NOT NULL
       AND has_table_privilege(t.role_name::name, to_regclass(format('%I.__diesel_schema_migrations', p_schema)), 'INSERT');
    IF FOUND THEN
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I.__diesel_schema_migrations FROM %I', p_schema, v_role);
    END IF;
END
$$;

-- Gives a schema and what stands in it to the owner of the tenants' schemas. Returns how many objects that were.
-- Call it as whoever owns them, or a superuser.
CREATE FUNCTION tenancy.adopt_schema(p_schema text) RETURNS integer
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

-- Drops a tenant's role, with what it owns and what was granted to it in this database by the login, or by other
-- tenants. What somebody else granted stands in the way, and is named.
CREATE FUNCTION tenancy.drop_tenant_role(p_role text) RETURNS void
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

-- Drops a role with what it made in this database: sessions make large objects and default privileges. What other
-- tenants' sessions granted to it on large objects of theirs is taken back: else each tenant could keep every other
-- from being dropped.
CREATE FUNCTION tenancy.drop_role(p_role text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_granted record;
    v_needed text;
BEGIN
    PERFORM tenancy.grant_role(p_role, session_user::text);
    PERFORM set_config('role', p_role, true);
    DROP OWNED BY CURRENT_ROLE RESTRICT;
    PERFORM set_config('role', 'none', true);
    FOR v_granted IN
        SELECT l.oid, pg_get_userbyid(l.lomowner)::text AS owner,
               NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = l.lomowner
                              AND m.member = quote_ident(session_user)::regrole
                              AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) AS by_us
          FROM pg_shdepend d JOIN pg_largeobject_metadata l ON l.oid = d.objid
         WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = quote_ident(p_role)::regrole AND d.deptype = 'a'
           AND d.classid = 'pg_largeobject'::regclass
           AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    LOOP
        -- Only its owner, or a superuser, may.
        PERFORM tenancy.grant_role(v_granted.owner, session_user::text);
        PERFORM set_config('role', v_granted.owner, true);
        EXECUTE format('REVOKE ALL ON LARGE OBJECT %s FROM %I', v_granted.oid, p_role);
        PERFORM set_config('role', 'none', true);
        IF v_granted.by_us AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
            EXECUTE format('REVOKE %I FROM %I', v_granted.owner, session_user);
        END IF;
    END LOOP;
    EXECUTE format('DROP ROLE %I', p_role);
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_needed = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'role % cannot be dropped: %', p_role, replace(v_needed, E'\n', ', ');
END
$$;

-- Lets a login look up and pin the tenants that row level security shows it. The rights are granted to the login
-- itself: those of a group are of no use to one that does not inherit.
CREATE FUNCTION tenancy.let_pin(p_login text) RETURNS void
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

-- Lets a login of the service serve every tenant that has no other.
CREATE FUNCTION tenancy.admit_login(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM quote_ident(p_login)::regrole;
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = p_login::name) THEN
        RETURN;
    END IF;
    -- A sign-up at the same moment would not know of this login, nor this of the tenant; and a tenant that is being
    -- given a login of its own would be granted to this one, too. Pins go on.
    LOCK TABLE tenancy.tenants IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM tenancy.logins WHERE name = p_login AND kind <> 'service') THEN
        RAISE EXCEPTION 'login % serves tenants of its own', p_login;
    END IF;
    INSERT INTO tenancy.logins (name, kind) VALUES (p_login, 'service') ON CONFLICT (name) DO NOTHING;
    PERFORM tenancy.let_pin(p_login);
    -- The right to read the logins is what makes row level security show it all tenants.
    EXECUTE format('GRANT SELECT ON tenancy.tenants, tenancy.logins, tenancy.installation, '
                   'tenancy.__diesel_schema_migrations TO %I', p_login);
    PERFORM tenancy.grant_role(t.role_name, p_login) FROM tenancy.tenants t
      WHERE t.role_name IS NOT NULL AND t.login_name IS NULL;
END
$$;

-- Lets every tenant's role use a table, view or sequence that stands in a shared schema.
CREATE FUNCTION tenancy.share_object(p_object text, p_write boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tenants text := (SELECT tenants_role FROM tenancy.installation);
    v_schema text;
    v_kind "char";
BEGIN
    SELECT n.nspname, c.relkind INTO STRICT v_schema, v_kind
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p_object::regclass;
    IF v_schema = 'tenancy' OR EXISTS (SELECT FROM tenancy.tenants WHERE schema_name = v_schema) THEN
        RAISE EXCEPTION '% is not in a shared schema', p_object;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', v_schema, v_tenants);
    IF v_kind = 'S' THEN
        EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO %I', p_object::regclass, v_tenants);
    ELSIF p_write THEN
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', p_object::regclass, v_tenants);
    ELSE
        EXECUTE format('GRANT SELECT ON %s TO %I', p_object::regclass, v_tenants);
    END IF;
END
$$;

-- Takes back what share_object gave.
CREATE FUNCTION tenancy.unshare_object(p_object text, p_write boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON %s FROM %I', p_object::regclass, (SELECT tenants_role FROM tenancy.installation));
END
$$;

-- The shard that serves the fewest tenants; NULL when there are no shards.
CREATE FUNCTION tenancy.least_busy_shard() RETURNS text
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.name FROM tenancy.logins l LEFT JOIN tenancy.tenants t ON t.login_name = l.name
     WHERE l.kind = 'shard' GROUP BY l.name ORDER BY count(t.id), l.name LIMIT 1
$$;

-- Lets a login (NULL: those of the service) act as the tenant, and nobody else; a dedicated login that it leaves is
-- dropped. Nobody may be pinned to the tenant.
CREATE FUNCTION tenancy.serve_by(p_tenant uuid, p_login text) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role text;
    v_left text;
    v_member record;
BEGIN
    SELECT t.role_name, t.login_name INTO STRICT v_role, v_left FROM tenancy.tenants t WHERE t.id = p_tenant;
    UPDATE tenancy.tenants SET login_name = p_login WHERE id = p_tenant AND login_name IS DISTINCT FROM p_login;
    FOR v_member IN
        SELECT l.name, pg_get_userbyid(m.grantor) AS grantor
          FROM pg_auth_members m JOIN tenancy.logins l ON l.name = pg_get_userbyid(m.member)
         WHERE m.roleid = to_regrole(quote_ident(v_role))
           AND (l.name IS DISTINCT FROM p_login AND (l.kind <> 'service' OR p_login IS NOT NULL))
           -- From PostgreSQL 16 on: not what the maker of a role keeps, which lets nobody act as it.
           AND (coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
                OR coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true))
    LOOP
        IF current_setting('server_version_num')::int >= 160000 THEN
            -- Without the grantor, what somebody else granted would stay, with a warning and no error.
            EXECUTE format('REVOKE %I FROM %I GRANTED BY %I', v_role, v_member.name, v_member.grantor);
        ELSE
            EXECUTE format('REVOKE %I FROM %I', v_role, v_member.name);
        END IF;
    END LOOP;
    IF p_login IS NOT NULL THEN
        PERFORM tenancy.grant_role(v_role, p_login);
    ELSE
        -- Not to one that was dropped by hand: no tenant could sign up any more.
        PERFORM tenancy.grant_role(v_role, l.name) FROM tenancy.logins l
          WHERE l.kind = 'service' AND to_regrole(quote_ident(l.name)) IS NOT NULL;
    END IF;
    IF v_left IS DISTINCT FROM p_login THEN
        PERFORM tenancy.drop_login(v_left);
    END IF;
    RETURN p_login;
END
$$;

-- Drops a dedicated login that serves nobody any more; leaves every other one alone.
CREATE FUNCTION tenancy.drop_login(p_login text) RETURNS void
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

-- Takes back what let_pin and admit_login granted in the control plane.
CREATE FUNCTION tenancy.let_pin_no_more(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- As in let_pin.
    LOCK TABLE tenancy.tenants IN ROW EXCLUSIVE MODE;
    LOCK TABLE tenancy.logins IN SHARE UPDATE EXCLUSIVE MODE;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA tenancy FROM %I', p_login);
    EXECUTE format('REVOKE ALL (id, slug, status, schema_name, role_name, login_name, session_settings, '
                   'template_version) ON tenancy.tenants FROM %I', p_login);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenancy FROM %I', p_login);
    EXECUTE format('REVOKE ALL ON SCHEMA tenancy FROM %I', p_login);
END
$$;

-- A login of the service serves tenants no more. What it has as an operator it keeps.
CREATE FUNCTION tenancy.dismiss_login(p_login text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role text;
BEGIN
    DELETE FROM tenancy.logins WHERE name = p_login AND kind = 'service';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'login % does not serve tenants', p_login;
    END IF;
    FOR v_role IN
        SELECT t.role_name FROM tenancy.tenants t
          JOIN pg_auth_members m ON m.roleid = to_regrole(quote_ident(t.role_name))
         WHERE m.member = to_regrole(quote_ident(p_login))
    LOOP
        EXECUTE format('REVOKE %I FROM %I', v_role, p_login);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = 'tenancy.tenants'::regclass
                      AND relowner = to_regrole(quote_ident(p_login))) THEN
        PERFORM tenancy.let_pin_no_more(p_login);
    END IF;
END
$$;
