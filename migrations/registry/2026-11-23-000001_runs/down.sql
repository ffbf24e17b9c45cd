-- As it was.
CREATE OR REPLACE FUNCTION tenancy.admit_login(p_login text) RETURNS void
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

ALTER TABLE tenancy.tenants RESET (fillfactor);
DROP FUNCTION tenancy.template_versions(text);
DROP TABLE tenancy.run_tenants;
DROP TABLE tenancy.runs;
