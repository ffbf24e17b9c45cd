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
-- tenancy.pin of the version before is not made again: run that version's `tenancy init` on a fresh control plane.
