-- Tables of the template whose rows every new tenant starts with. They are on record here and not in anybody's
-- configuration, so that the service, its replicas and the command line agree.
CREATE TABLE tenancy.seeds (
    template   text        NOT NULL,
    -- As it is stored in pg_class, without quotes.
    table_name text        NOT NULL CONSTRAINT seeds_table_name_check CHECK (octet_length(table_name) BETWEEN 1 AND 63),
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (template, table_name)
);

COMMENT ON TABLE tenancy.seeds IS 'tables whose rows every new tenant starts with; owned by the tenancy library';

-- Lets the owner of the tenants' schemas, as whom they are cloned, read which tables those are.
CREATE FUNCTION tenancy.open_seeds() RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner text := (SELECT i.owner_role FROM tenancy.installation i);
BEGIN
    IF v_owner IS NOT NULL AND NOT has_table_privilege(v_owner, 'tenancy.seeds', 'SELECT') THEN
        EXECUTE format('GRANT SELECT ON tenancy.seeds TO %I', v_owner);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION tenancy.open_seeds() FROM PUBLIC;

-- Roles may have been made before there were seeds.
SELECT tenancy.open_seeds();
