//! One fault for every check, and how it gets into a database.

/// A fault.
pub(crate) struct Fault {
    /// The check that finds it.
    pub(crate) code: &'static str,
    /// How it is planted, by a superuser.
    pub(crate) plant: &'static str,
    /// What cannot be avoided to come along.
    pub(crate) along: &'static [&'static str],
    /// What the fault takes to mend that statements of the finding do not.
    pub(crate) by_hand: &'static str,
    /// Whether it is planted where acme's schema has an owner of its own.
    pub(crate) apart: bool,
}

const fn fault(code: &'static str, plant: &'static str) -> Fault {
    Fault { code, plant, along: &[], by_hand: "", apart: false }
}

impl Fault {
    /// Whether the statements of the finding leave a database as healthy as before.
    pub(crate) const fn is_alone(&self) -> bool {
        self.along.is_empty() && self.by_hand.is_empty() && !self.apart
    }

    const fn along(self, along: &'static [&'static str]) -> Self {
        Self { along, ..self }
    }

    const fn apart(self) -> Self {
        Self { apart: true, ..self }
    }

    const fn mended_by_hand(self, by_hand: &'static str) -> Self {
        Self { by_hand, ..self }
    }
}

/// What no test can plant here: another server, another configuration (`servers.rs`), a locale that may not be there, a
/// pooler (`tests/poolers`).
pub(crate) const ELSEWHERE: &[&str] =
    &["not_initialized", "pooler", "roles_off", "locks", "server_version", "messages_not_english"];

pub(crate) const LOGINS: &[Fault] = &[
    fault("login_superuser", "ALTER ROLE {login} SUPERUSER"),
    fault("login_bypasses_policies", "ALTER ROLE {login} BYPASSRLS"),
    fault("login_operates", "ALTER ROLE {login} CREATEROLE CREATEDB REPLICATION"),
    fault("login_operates", "GRANT {owner} TO {login}"),
    fault("login_operates", "ALTER DATABASE {db} OWNER TO {login}"),
    fault("login_operates", "GRANT CREATE ON DATABASE {db} TO {login}"),
    fault(
        "login_inherits",
        "DO $$ BEGIN IF current_setting('server_version_num')::int < 160000 THEN ALTER ROLE {login} INHERIT;
         ELSE EXECUTE 'GRANT {acme} TO {login} WITH INHERIT TRUE'; END IF; END $$",
    ),
    fault(
        "login_memberships",
        "DO $$ BEGIN FOR n IN 1 .. 1000 LOOP
             EXECUTE format('CREATE ROLE many_%s_{db}', n); EXECUTE format('GRANT many_%s_{db} TO {login}', n);
         END LOOP; END $$",
    )
    .mended_by_hand("DO $$ BEGIN FOR n IN 1 .. 1000 LOOP EXECUTE format('DROP ROLE many_%s_{db}', n); END LOOP; END $$"),
    fault("login_not_admitted", "DELETE FROM tenancy.logins WHERE name = '{login}'"),
    fault("login_not_admitted", "REVOKE {acme} FROM {login}"),
    fault("owned_by_login", "ALTER TABLE tenant_acme.notes OWNER TO {login}"),
    fault("owned_by_login", "ALTER SCHEMA base_template OWNER TO {login}"),
];

pub(crate) const ROLES: &[Fault] = &[
    fault(
        "roles_missing",
        "CREATE TABLE kept AS TABLE tenancy.installation; DELETE FROM tenancy.installation",
    )
    .mended_by_hand("INSERT INTO tenancy.installation TABLE kept; DROP TABLE kept"),
    fault("tenant_without_role", "UPDATE tenancy.tenants SET role_name = NULL WHERE slug = 'acme'"),
    fault("tenant_without_role", "DROP OWNED BY {acme}; DROP ROLE {acme}"),
    fault("role_attributes", "ALTER ROLE {acme} LOGIN CREATEDB"),
    fault("role_attributes", "ALTER ROLE {tenants} BYPASSRLS; ALTER ROLE {owner} LOGIN"),
    fault("role_memberships", "GRANT {globex} TO {acme}"),
    fault("role_memberships", "GRANT pg_read_all_data TO {tenants}"),
    fault("role_owns", "CREATE TABLE public.loose (id int); ALTER TABLE public.loose OWNER TO {acme}"),
    fault("role_owns", "ALTER TABLE tenant_acme.notes OWNER TO {acme}"),
    fault("role_creates", "GRANT CREATE ON SCHEMA tenant_acme TO {acme}"),
    fault("role_creates", "GRANT CREATE ON SCHEMA public TO {acme}"),
    fault("role_creates", "GRANT CREATE ON DATABASE {db} TO {tenants}"),
    fault("foreign_rights", "GRANT USAGE ON SCHEMA tenant_globex TO {acme}"),
    fault("foreign_rights", "GRANT SELECT ON tenant_globex.notes TO {acme}"),
    fault("foreign_rights", "GRANT UPDATE (body) ON base_template.notes TO {acme}"),
    fault("foreign_rights", "GRANT SELECT ON tenancy.tenants TO {acme}"),
    fault(
        "public_grants",
        "GRANT USAGE ON SCHEMA tenant_acme TO PUBLIC; GRANT SELECT ON tenant_acme.notes TO PUBLIC",
    ),
    fault("public_grants", "GRANT SELECT ON base_template.notes TO {tenants}"),
    fault("public_grants", "GRANT USAGE ON SCHEMA tenancy TO PUBLIC"),
    fault(
        "default_grants",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA tenant_acme GRANT SELECT ON TABLES TO PUBLIC, {globex}",
    ),
    fault(
        "default_grants",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SEQUENCES TO {tenants}",
    ),
    fault("rights_missing", "REVOKE INSERT ON tenant_acme.notes FROM {acme}"),
    fault("rights_missing", "REVOKE ALL ON SCHEMA tenant_acme FROM {acme}"),
    fault(
        "rights_missing",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA tenant_acme REVOKE ALL ON TABLES FROM {acme}",
    ),
    fault("bookkeeping_writable", "GRANT INSERT ON tenant_acme.__diesel_schema_migrations TO {acme}"),
    fault(
        "dedicated_without_owner",
        "CREATE ROLE login_{db} LOGIN NOINHERIT; SELECT tenancy.let_pin('login_{db}');
         INSERT INTO tenancy.logins (name, kind, secret) VALUES ('login_{db}', 'dedicated', 'x');
         SELECT tenancy.serve_by(id, 'login_{db}') FROM tenancy.tenants WHERE slug = 'acme'",
    ),
    // From here on acme's schema has an owner of its own.
    fault("foreign_rights", "GRANT SELECT ON tenant_globex.notes TO {own}").apart(),
    fault("foreign_rights", "GRANT USAGE ON SCHEMA tenant_acme TO {owner}").apart(),
    fault("role_creates", "GRANT CREATE ON SCHEMA public TO {own}").apart(),
    fault("role_creates", "GRANT CREATE ON DATABASE {db} TO {own}").apart(),
    fault("role_memberships", "GRANT {own} TO {owner}").apart(),
    fault("role_memberships", "GRANT {owner} TO {own}").apart(),
    fault("role_attributes", "ALTER ROLE {own} LOGIN").apart(),
    fault("login_operates", "GRANT {own} TO {login}").apart(),
    fault("not_owned", "ALTER TABLE tenant_acme.notes OWNER TO {owner}").apart(),
    fault("rights_missing", "REVOKE INSERT ON tenant_acme.notes FROM {acme}").apart(),
    fault("public_grants", "GRANT SELECT ON tenant_acme.notes TO PUBLIC").apart(),
    fault("bookkeeping_writable", "GRANT INSERT ON tenant_acme.__diesel_schema_migrations TO {acme}").apart(),
    fault(
        "default_grants",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {own} IN SCHEMA tenant_acme GRANT SELECT ON TABLES TO PUBLIC",
    )
    .apart(),
    fault("not_owned", "CREATE TABLE tenant_acme.by_hand (id int)"),
    fault("not_owned", "CREATE FUNCTION base_template.by_hand() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        .along(&["tenant_incomplete"]),
];

pub(crate) const TENANTS: &[Fault] = &[
    fault("drop_unfinished", "UPDATE tenancy.tenants SET status = 'dropping' WHERE slug = 'acme'")
        .mended_by_hand("UPDATE tenancy.tenants SET status = 'active' WHERE slug = 'acme'"),
    fault("spare_without_schema", "INSERT INTO tenancy.spares (template) VALUES ('base_template')"),
    fault("spare_without_row", "CREATE SCHEMA spare_0123456789abcdef0123456789abcdef"),
    fault(
        "undecided_bodies",
        "SET ROLE {owner}; SET check_function_bodies = off;
         CREATE FUNCTION base_template.doubtful() RETURNS bigint LANGUAGE sql AS 'SELECT count(base_template.id) FROM notes base_template';
         CREATE FUNCTION tenant_acme.doubtful() RETURNS bigint LANGUAGE sql AS 'SELECT count(base_template.id) FROM notes base_template';
         CREATE FUNCTION tenant_globex.doubtful() RETURNS bigint LANGUAGE sql AS 'SELECT count(base_template.id) FROM notes base_template'",
    )
    .mended_by_hand("DROP FUNCTION base_template.doubtful(), tenant_acme.doubtful(), tenant_globex.doubtful()"),
    fault("schema_without_row", "CREATE SCHEMA tenant_ghost"),
    fault(
        "row_without_schema",
        "INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('ghost', 'ghost', 'active', 'tenant_ghost')",
    ),
    fault(
        "row_points_elsewhere",
        "ALTER TABLE tenancy.tenants DROP CONSTRAINT tenants_schema_name_key;
         UPDATE tenancy.tenants SET schema_name = 'tenant_globex' WHERE slug = 'acme'",
    ),
    fault(
        "row_points_elsewhere",
        "ALTER TABLE tenancy.tenants DROP CONSTRAINT tenants_schema_name_check;
         UPDATE tenancy.tenants SET schema_name = 'tenancy' WHERE slug = 'acme'",
    ),
    fault("template_missing", "ALTER SCHEMA base_template RENAME TO elsewhere")
        .mended_by_hand("ALTER SCHEMA elsewhere RENAME TO base_template"),
    fault(
        "seed_missing",
        "INSERT INTO tenancy.seeds (template, table_name) VALUES ('base_template', 'gone')",
    ),
    fault("fall_through", "CREATE TABLE public.notes (id int)"),
    fault("fall_through", "CREATE TYPE public.level AS ENUM ('high')"),
    fault("fall_through", "CREATE FUNCTION public.greet(text) RETURNS text LANGUAGE sql AS 'SELECT $1'"),
    fault(
        "fall_through",
        "CREATE VIEW public.extra AS SELECT 1; CREATE TABLE tenant_acme.extra (id int);
         ALTER TABLE tenant_acme.extra OWNER TO {owner};
         GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_acme.extra TO {acme}",
    ),
    fault(
        "answered_from_shared",
        "ALTER TABLE tenant_acme.notes RENAME TO kept; CREATE TABLE public.notes (id int)",
    )
    .along(&["fall_through"])
    .mended_by_hand("ALTER TABLE tenant_acme.kept RENAME TO notes"),
    fault("tenant_incomplete", "ALTER TABLE tenant_acme.notes RENAME TO kept")
        .mended_by_hand("ALTER TABLE tenant_acme.kept RENAME TO notes"),
    fault(
        "invalid_index",
        "CREATE INDEX unfinished ON tenant_acme.notes (body); CREATE INDEX unfinished ON base_template.notes (body);
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tenant_acme.unfinished'::regclass;
         UPDATE pg_index SET indisready = false WHERE indexrelid = 'base_template.unfinished'::regclass",
    ),
];

pub(crate) const CODE: &[Fault] = &[
    fault("shared_schema_writable", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    fault("shared_schema_writable", "GRANT CREATE ON SCHEMA public TO {tenants}"),
    fault("shared_public_writes", "CREATE TABLE public.board (id int); GRANT INSERT ON public.board TO PUBLIC"),
    fault(
        "definer_without_path",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
         ALTER FUNCTION public.f() OWNER TO {owner}",
    ),
    fault(
        "definer_without_path",
        "CREATE FUNCTION tenant_acme.h() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
         ALTER FUNCTION tenant_acme.h() OWNER TO {owner}",
    ),
    fault(
        "definer_without_path",
        "CREATE FUNCTION public.inner(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE FUNCTION public.bound() RETURNS int LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT public.inner(1); END;
         ALTER FUNCTION public.bound() OWNER TO {owner}",
    ),
    fault(
        "runs_as_owner",
        "SET ROLE {owner};
         CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE CASCADE);
         CREATE FUNCTION tenant_acme.log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
         CREATE TRIGGER log BEFORE DELETE ON tenant_acme.child FOR EACH ROW EXECUTE FUNCTION tenant_acme.log();
         RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.log()"),
    // A check, by itself, behind an operator, and in a bound body.
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL, CHECK (tenant_acme.odd(note_id))); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.like(int, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR tenant_acme.=~ (LEFTARG = int, RIGHTARG = int, FUNCTION = tenant_acme.like); CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON UPDATE CASCADE, CHECK (note_id OPERATOR(tenant_acme.=~) 1)); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP OPERATOR tenant_acme.=~ (int, int); DROP FUNCTION tenant_acme.like(int, int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE FUNCTION tenant_acme.outer(int) RETURNS boolean IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT tenant_acme.odd($1); END; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL, CHECK (tenant_acme.outer(note_id))); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.outer(int); DROP FUNCTION tenant_acme.odd(int)"),
    // A domain of the key.
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE DOMAIN tenant_acme.number AS int CHECK (tenant_acme.odd(VALUE)); CREATE TABLE tenant_acme.child (note_id tenant_acme.number REFERENCES tenant_acme.notes ON UPDATE CASCADE); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP DOMAIN tenant_acme.number; DROP FUNCTION tenant_acme.odd(int)"),
    // A generated column; the default of a key; an index's expression and predicate; an exclusion.
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL, made int GENERATED ALWAYS AS (tenant_acme.odd(note_id)) STORED); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE tenant_acme.child (note_id int DEFAULT tenant_acme.odd(1) REFERENCES tenant_acme.notes ON DELETE SET DEFAULT); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL); CREATE INDEX ON tenant_acme.child (tenant_acme.odd(note_id)); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL); CREATE INDEX ON tenant_acme.child (note_id) WHERE tenant_acme.odd(note_id); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE SET NULL, EXCLUDE USING btree (tenant_acme.odd(note_id) WITH =)); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    // The condition of a trigger that fires AFTER; a rule.
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE FUNCTION tenant_acme.after() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE CASCADE); CREATE TRIGGER after AFTER DELETE ON tenant_acme.child FOR EACH ROW WHEN (tenant_acme.odd(OLD.note_id)) EXECUTE FUNCTION tenant_acme.after(); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.after(); DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "runs_as_owner",
        "SET ROLE {owner}; CREATE FUNCTION tenant_acme.odd(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE TABLE tenant_acme.child (note_id int REFERENCES tenant_acme.notes ON DELETE CASCADE); CREATE RULE also AS ON DELETE TO tenant_acme.child DO ALSO SELECT tenant_acme.odd(OLD.note_id); RESET ROLE",
    )
    .mended_by_hand("DROP TABLE tenant_acme.child; DROP FUNCTION tenant_acme.odd(int)"),
    fault(
        "superuser_definer",
        "CREATE FUNCTION public.g() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1'",
    ),
    fault("shadows_builtin", "CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'"),
    fault(
        "shadows_builtin",
        "CREATE FUNCTION public.same(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.same)",
    ),
    fault("extension_in_tenant", "CREATE EXTENSION hstore SCHEMA tenant_acme").along(&["not_owned"]),
    fault("bound_to_tenant", "CREATE VIEW public.peek AS SELECT * FROM tenant_acme.notes"),
    fault(
        "bound_to_tenant",
        "ALTER TABLE tenant_globex.notes ALTER COLUMN id SET DEFAULT nextval('base_template.notes_id_seq')",
    ),
    fault(
        "bound_to_tenant",
        "CREATE FUNCTION public.count_notes() RETURNS bigint LANGUAGE sql
         BEGIN ATOMIC SELECT count(*) FROM tenant_acme.notes; END",
    ),
    fault(
        "bound_to_tenant",
        "ALTER TABLE tenant_globex.notes ADD CONSTRAINT foreign_note FOREIGN KEY (id) REFERENCES tenant_acme.notes",
    ),
    fault(
        "shared_sequence",
        "CREATE SEQUENCE public.counter;
         ALTER TABLE tenant_acme.notes ALTER COLUMN id SET DEFAULT nextval('public.counter')",
    ),
    fault(
        "row_security_not_forced",
        "CREATE TABLE public.audit (id int); ALTER TABLE public.audit OWNER TO {login};
         ALTER TABLE public.audit ENABLE ROW LEVEL SECURITY",
    ),
    fault("policies_not_enabled", "CREATE TABLE public.invoices (id int); CREATE POLICY all_rows ON public.invoices"),
    fault(
        "view_bypasses_policies",
        "CREATE TABLE public.payments (id int); ALTER TABLE public.payments ENABLE ROW LEVEL SECURITY;
         CREATE VIEW public.paid AS SELECT * FROM public.payments",
    ),
    fault(
        "untrusted_code",
        "CREATE LANGUAGE plu HANDLER plpgsql_call_handler;
         CREATE FUNCTION public.leave() RETURNS int LANGUAGE plu AS 'BEGIN RETURN 1; END'",
    ),
    fault(
        "foreign_servers",
        "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
         CREATE USER MAPPING FOR PUBLIC SERVER elsewhere; GRANT USAGE ON FOREIGN SERVER elsewhere TO PUBLIC, {tenants}",
    ),
];

pub(crate) const SERVER: &[Fault] = &[
    fault("connections", "ALTER DATABASE {db} CONNECTION LIMIT 5"),
    fault("connections", "ALTER ROLE {login} CONNECTION LIMIT 5"),
    fault("public_temp", "GRANT TEMPORARY ON DATABASE {db} TO PUBLIC"),
    fault("session_settings", "ALTER ROLE {login} SET search_path = \"$user\", public"),
    fault(
        "session_settings",
        "ALTER DATABASE {db} SET default_transaction_isolation = 'serializable';
         ALTER ROLE {login} IN DATABASE {db} SET row_security = off",
    ),
    fault("md5_passwords", "ALTER DATABASE {db} SET password_encryption = 'md5'"),
];

pub(crate) const ALL: &[&[Fault]] = &[LOGINS, ROLES, TENANTS, CODE, SERVER];
