-- The roles themselves stay: they belong to the cluster, and tenants' schemas still belong to them.
DROP FUNCTION tenancy.dismiss_login(text);
DROP FUNCTION tenancy.let_pin_no_more(text);
DROP FUNCTION tenancy.drop_login(text);
DROP FUNCTION tenancy.serve_by(uuid, text);
DROP FUNCTION tenancy.least_busy_shard();
DROP FUNCTION tenancy.unshare_object(text, boolean);
DROP FUNCTION tenancy.share_object(text, boolean);
DROP FUNCTION tenancy.admit_login(text);
DROP FUNCTION tenancy.let_pin(text);
DROP FUNCTION tenancy.drop_role(text);
DROP FUNCTION tenancy.drop_tenant_role(text);
DROP FUNCTION tenancy.adopt_schema(text);
DROP FUNCTION tenancy.close_bookkeeping(text);
DROP FUNCTION tenancy.grant_schema(text, text);
DROP FUNCTION tenancy.make_tenant_role(uuid);
DROP FUNCTION tenancy.grant_role(text, text);
DROP FUNCTION tenancy.make_role(text);
DROP FUNCTION tenancy.establish_roles();
DROP FUNCTION tenancy.act_as_owner(text, boolean);
DROP FUNCTION tenancy.pin_transaction(uuid, text, text, text, text);
DROP FUNCTION tenancy.pin(uuid, text, text, text, text, boolean);
DO $$
DECLARE
    v_policy text;
BEGIN
    FOR v_policy IN SELECT polname FROM pg_policy WHERE polrelid = 'tenancy.tenants'::regclass LOOP
        EXECUTE format('DROP POLICY %I ON tenancy.tenants', v_policy);
    END LOOP;
END
$$;
ALTER TABLE tenancy.tenants
    DISABLE ROW LEVEL SECURITY,
    DROP COLUMN role_name, DROP COLUMN login_name, DROP COLUMN session_settings, DROP COLUMN max_connections;
DROP TABLE tenancy.logins;
DROP TABLE tenancy.installation;

-- As it was.
CREATE FUNCTION tenancy.pin(
    p_tenant uuid, p_slug text, p_schema text, p_path text, p_pin text,
    OUT held boolean, OUT active boolean, OUT resolved text, OUT template_version text
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_path text;
    v_tenant text;
    v_pin text;
BEGIN
    -- The lock first: each statement below has a snapshot of its own, younger than the lock (READ COMMITTED).
    active := false;
    held := pg_catalog.pg_try_advisory_lock_shared(
        1952804465, pg_catalog.hashtext(p_tenant::pg_catalog.text));
    IF NOT held THEN
        RETURN;
    END IF;
    -- One statement, planned under one path: a plan made under another would be made anew for each tenant. Its
    -- select list is evaluated from left to right, so current_schema() sees the new path; were it not, the
    -- schema read back would differ and the pin would be refused.
    SELECT pg_catalog.set_config('search_path', p_path, false),
           pg_catalog.set_config('tenancy.tenant', p_tenant::pg_catalog.text, false),
           pg_catalog.set_config('tenancy.pin', p_pin, false),
           pg_catalog.current_schema()::pg_catalog.text,
           t.template_version
      INTO v_path, v_tenant, v_pin, resolved, template_version
      FROM tenancy.tenants t
     WHERE t.id OPERATOR(pg_catalog.=) p_tenant
       AND t.slug OPERATOR(pg_catalog.=) p_slug
       AND t.status OPERATOR(pg_catalog.=) 'active'
       AND t.schema_name OPERATOR(pg_catalog.=) p_schema;
    active := FOUND;
    IF NOT active THEN
        PERFORM pg_catalog.pg_advisory_unlock_shared(
            1952804465, pg_catalog.hashtext(p_tenant::pg_catalog.text));
    END IF;
END
$$;
