-- The ledger: what runs over the fleet did, are doing, and left undone. It is the operator's alone to write: neither
-- tenants' roles nor owners of their schemas have any right to it, and the service's logins may read it.

CREATE TABLE tenancy.runs (
    id              bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    direction       text        NOT NULL CONSTRAINT runs_direction_check CHECK (direction IN ('up', 'down')),
    -- up: every version that there was; down: those that are reverted.
    versions        text[]      NOT NULL,
    policy          jsonb       NOT NULL,
    -- `running` is also what a run says whose process died: a live one holds the advisory lock of its number.
    state           text        NOT NULL DEFAULT 'running'
                                CONSTRAINT runs_state_check
                                CHECK (state IN ('running', 'paused', 'failed', 'done', 'superseded')),
    reason          text,
    pause_requested boolean     NOT NULL DEFAULT false,
    -- The names of the migrations that were applied to the template, or reverted in it.
    template        text[]      NOT NULL DEFAULT '{}',
    -- user@host.
    started_by      text        NOT NULL,
    -- Host and process. One that was taken for dead may still be at work: each resume is another attempt, and what
    -- belongs to an older one is refused.
    runner          text        NOT NULL,
    attempt         integer     NOT NULL DEFAULT 1,
    total           integer     NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz
);

COMMENT ON TABLE tenancy.runs IS 'runs of migrations over all tenants; owned by the tenancy library';

-- A row is written once when the run begins and once or twice more, by the transaction that migrates its tenant. Only its
-- key is indexed, and its page has room for the next version of it, so that no index is written for that and no dead
-- row waits for a vacuum: a heap-only update, ten thousand times in some seconds.
CREATE TABLE tenancy.run_tenants (
    run_id       bigint           NOT NULL CONSTRAINT run_tenants_run_id_fkey REFERENCES tenancy.runs ON DELETE CASCADE,
    -- No foreign key: tenants are dropped, and the ledger remembers them.
    tenant_id    uuid             NOT NULL,
    -- As they were when the run began.
    slug         text             NOT NULL,
    schema_name  text             NOT NULL,
    wave         integer          NOT NULL,
    canary       boolean          NOT NULL,
    state        text             NOT NULL DEFAULT 'pending'
                                  CONSTRAINT run_tenants_state_check
                                  CHECK (state IN ('pending', 'done', 'failed', 'gone')),
    -- How often it was tried.
    attempts     integer          NOT NULL DEFAULT 0,
    from_version text,
    to_version   text,
    began_at     timestamptz,
    finished_at  timestamptz,
    milliseconds double precision NOT NULL DEFAULT 0,
    error        text,
    worker       text,
    PRIMARY KEY (run_id, tenant_id)
) WITH (fillfactor = 40);

COMMENT ON TABLE tenancy.run_tenants IS 'what each tenant came to in a run; owned by the tenancy library';

-- The same for the registry, whose rows the same statement changes and which has six indexes. For tenants that come; the
-- pages that are full get their room as the first run leaves dead rows behind.
ALTER TABLE tenancy.tenants SET (fillfactor = 45);

-- What the template's bookkeeping of migrations says, oldest first: NULL when there is no such schema, empty when it has
-- no bookkeeping. Call it as the login.
CREATE FUNCTION tenancy.template_versions(p_schema text) RETURNS text[]
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_versions text[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = p_schema::name) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = p_schema::name AND c.relname = '__diesel_schema_migrations') THEN
        PERFORM tenancy.act_as_owner(p_schema, true);
        EXECUTE format('SELECT coalesce(array_agg(version::text ORDER BY version::text), ''{}'') '
                       'FROM %I.__diesel_schema_migrations', p_schema) INTO v_versions;
        PERFORM set_config('role', 'none', true);
    END IF;
    RETURN v_versions;
END
$$;

REVOKE ALL ON FUNCTION tenancy.template_versions(text) FROM PUBLIC;

-- As before, and: it may read the ledger.
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
    EXECUTE format('GRANT SELECT ON tenancy.tenants, tenancy.logins, tenancy.installation, tenancy.runs, '
                   'tenancy.run_tenants, tenancy.__diesel_schema_migrations TO %I', p_login);
    PERFORM tenancy.grant_role(t.role_name, p_login) FROM tenancy.tenants t
      WHERE t.role_name IS NOT NULL AND t.login_name IS NULL;
END
$$;

-- Those that were admitted before there was a ledger.
DO $$
DECLARE
    v_login pg_catalog.text;
BEGIN
    FOR v_login IN
        SELECT l.name FROM tenancy.logins l
         WHERE l.kind = 'service' AND pg_catalog.to_regrole(pg_catalog.quote_ident(l.name)) IS NOT NULL
    LOOP
        EXECUTE pg_catalog.format('GRANT SELECT ON tenancy.runs, tenancy.run_tenants TO %I', v_login);
    END LOOP;
END
$$;
