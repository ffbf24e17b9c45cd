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

-- Spares hold the rows that the seeds had when they were made.
ALTER TABLE tenancy.spares ADD COLUMN seeds text;

-- Which rows the seeds of a template have, by their versions: another text after every write to one of them, and when
-- other tables are seeds; NULL when none is. It reads all of them, which takes a millisecond for some thousand rows.
CREATE FUNCTION tenancy.seeds_state(p_template text) RETURNS text
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table text;
    v_rows text;
    v_state text;
BEGIN
    PERFORM tenancy.act_as_owner(p_template, true);
    FOR v_table IN SELECT s.table_name FROM tenancy.seeds s WHERE s.template = p_template ORDER BY s.table_name LOOP
        v_rows := 'missing';
        IF to_regclass(format('%I.%I', p_template, v_table)) IS NOT NULL THEN
            BEGIN
                EXECUTE format('SELECT count(*) || '':'' || coalesce(sum(hash_record_extended('
                               'ROW(t.tableoid, t.ctid, t.xmin), 0)), 0) FROM %I.%I t', p_template, v_table) INTO v_rows;
            EXCEPTION WHEN insufficient_privilege THEN
                -- It is not the owner's yet; whoever clones the template gives it to the owner. Until then, nothing is equal.
                v_rows := gen_random_uuid();
            END;
        END IF;
        v_state := concat_ws(' ', v_state, format('%I', v_table), v_rows);
    END LOOP;
    PERFORM set_config('role', 'none', true);
    RETURN v_state;
END
$$;

REVOKE ALL ON FUNCTION tenancy.seeds_state(text) FROM PUBLIC;
