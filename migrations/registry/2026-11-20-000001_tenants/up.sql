-- The control plane. Every statement of the library names this schema, so nothing here depends on search_path.
CREATE TABLE tenancy.tenants (
    id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    slug             text        NOT NULL CONSTRAINT tenants_slug_key UNIQUE
                                 CONSTRAINT tenants_slug_check CHECK (slug ~ '^[a-z0-9_]{1,56}$'),
    name             text        NOT NULL,
    status           text        NOT NULL
                                 CONSTRAINT tenants_status_check
                                 CHECK (status IN ('provisioning', 'active', 'suspended', 'archived')),
    placement        text        NOT NULL DEFAULT 'schema'
                                 CONSTRAINT tenants_placement_check
                                 CHECK (placement IN ('schema', 'database', 'rows')),
    -- No two tenants may ever point at one schema, none at the control plane or at PostgreSQL's own.
    schema_name      text        CONSTRAINT tenants_schema_name_key UNIQUE
                                 CONSTRAINT tenants_schema_name_check
                                 CHECK (schema_name ~ '^[a-z0-9_]{1,63}$'
                                        AND schema_name !~ '^pg_'
                                        AND schema_name NOT IN ('public', 'tenancy', 'information_schema')),
    database_name    text,
    plan             text        NOT NULL DEFAULT 'free',
    settings         jsonb       NOT NULL DEFAULT '{}'
                                 CONSTRAINT tenants_settings_check CHECK (jsonb_typeof(settings) = 'object'),
    -- What was applied to the schema: written in the transaction that applies it, so that one query tells
    -- what the whole fleet needs.
    migrations       text[]      NOT NULL DEFAULT '{}',
    -- The newest of them. Sessions compare it: statements prepared under another version do not fit.
    template_version text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_schema_placement_check CHECK (placement = 'rows' OR schema_name IS NOT NULL)
);

CREATE FUNCTION tenancy.touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER tenants_touch BEFORE UPDATE ON tenancy.tenants
    FOR EACH ROW EXECUTE FUNCTION tenancy.touch();

COMMENT ON TABLE tenancy.tenants IS 'one row per tenant; owned by the tenancy library';

-- Pins a session to a tenant; see tenancy-core, isolation::pin. Every name and operator is qualified, because it
-- runs under whatever path the session has, and it has no SET clause, because that would undo what it sets.
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
