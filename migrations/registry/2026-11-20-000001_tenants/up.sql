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
