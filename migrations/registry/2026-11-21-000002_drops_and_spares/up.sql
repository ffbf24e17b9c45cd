-- Tenants that are dropped in steps, and schemas that wait for tenants.

ALTER TABLE tenancy.tenants
    DROP CONSTRAINT tenants_status_check,
    -- `dropping`: some of its objects may be gone; it is not served, and only a drop goes on with it.
    ADD CONSTRAINT tenants_status_check
        CHECK (status IN ('provisioning', 'active', 'suspended', 'archived', 'dropping')),
    DROP CONSTRAINT tenants_schema_name_check,
    ADD CONSTRAINT tenants_schema_name_check
        CHECK (schema_name ~ '^[a-z0-9_]{1,63}$'
               AND schema_name !~ '^pg_'
               AND schema_name !~ '^spare_[0-9a-f]{32}$'
               AND schema_name NOT IN ('public', 'tenancy', 'information_schema'));

-- Clones of the template that nobody has yet. A sign-up takes one over: its row goes, its schema is renamed.
CREATE TABLE tenancy.spares (
    -- The tenant's id to be: its role, which is named after it, has its rights already.
    id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    schema_name text        NOT NULL GENERATED ALWAYS AS ('spare_' || replace(id::text, '-', '')) STORED,
    role_name   text,
    template    text        NOT NULL,
    -- What the template was like: all of it, and what its bookkeeping of migrations said (NULL: nothing).
    fingerprint text        NOT NULL DEFAULT '',
    state       text,
    -- The newest migration in it.
    version     text,
    -- Whether it has a bookkeeping of migrations.
    recorded    boolean     NOT NULL DEFAULT false,
    -- The functions in which it is named as text.
    programs    oid[]       NOT NULL DEFAULT '{}',
    -- Some of its objects may be gone.
    dropping    boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE tenancy.spares IS 'schemas that wait for tenants; owned by the tenancy library';

-- What the template's bookkeeping of migrations says, as one number; NULL when it says nothing. It changes with each
-- migration that is applied or reverted, also with one that is reverted and applied again.
CREATE FUNCTION tenancy.template_state(p_template text) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    PERFORM tenancy.act_as_owner(p_template, true);
    IF to_regclass(format('%I.__diesel_schema_migrations', p_template)) IS NOT NULL THEN
        EXECUTE format('SELECT string_agg(version::text || ''@'' || xmin::text, '' '' ORDER BY version::text) '
                       'FROM %I.__diesel_schema_migrations', p_template) INTO v_state;
    END IF;
    PERFORM set_config('role', 'none', true);
    RETURN (SELECT n.oid::text || '.' || hashtextextended(v_state, 0)::text
              FROM pg_namespace n WHERE n.nspname = p_template::name);
END
$$;

-- Makes the role that a tenant of this id will have. No login may act as it yet.
CREATE FUNCTION tenancy.make_spare_role(p_id uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role text := 'tenant_' || replace(p_id::text, '-', '');
BEGIN
    PERFORM tenancy.make_role(v_role);
    EXECUTE format('GRANT %I TO %I', (SELECT i.tenants_role FROM tenancy.installation i), v_role);
    RETURN v_role;
END
$$;
