//! Tenants that share a transaction notice nothing of each other. How many share one depends on how fast the machine is;
//! the tests beside `fleet::group` have all of them share.

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{FleetReport, Revert, RunOptions};

use crate::desk::{Desk, slug};
use crate::order::{answers, assert_done, assert_registry_is_true, largest_group};
use crate::world::value;

fn one_worker() -> RunOptions {
    RunOptions::from(Policy { jobs: Some(1), ..Policy::default() })
}

fn migrate(desk: &Desk) -> FleetReport {
    let report = desk.tenancy().fleet().migrate(&one_worker(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    report
}

/// With a customer in each tenant, whom a new column's default is computed for.
fn with_customers(count: usize) -> Desk {
    let desk = Desk::new();
    desk.create_many(count);
    for n in 0..count {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('t{n:02}')"));
    }
    desk
}

#[test]
fn tenants_that_need_the_same_share_a_transaction() {
    let desk = Desk::new();
    desk.create_many(24);
    // How many share one depends on how long one takes: on a busy machine not all of these runs have groups.
    let largest = (1..=5).map(|round| {
        let sql = format!("ALTER TABLE customers ADD c{round} text; CREATE INDEX ON customers (c{round})");
        desk.write(&format!("2026-02-0{round}-000000_column"), &sql, None);
        largest_group(&mut desk.world.bare(), migrate(&desk).run.unwrap())
    });
    assert!(largest.max() > Some(1), "no run had a group");
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_slow_migration_is_done_in_small_groups() {
    let desk = with_customers(12);
    desk.world.sql(
        "CREATE FUNCTION public.slowly() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM pg_sleep(0.2); RETURN 1; END'",
    );
    desk.write("2026-02-01-000000_slow", "ALTER TABLE customers ADD n int DEFAULT public.slowly()", None);
    let report = migrate(&desk);
    let largest = largest_group(&mut desk.world.bare(), report.run.unwrap());
    assert!(largest <= 4, "each is locked for as long as {largest} take");
}

#[test]
fn a_group_that_meets_slow_tenants_lets_those_go_that_are_done() {
    let desk = with_customers(24);
    desk.world.sql(
        "CREATE FUNCTION public.slowly() RETURNS int LANGUAGE plpgsql VOLATILE AS
            'BEGIN PERFORM pg_sleep(CASE WHEN current_schema() > ''tenant_t09'' THEN 0.2 ELSE 0 END); RETURN 1; END'",
    );
    desk.write("2026-02-01-000000_slow", "ALTER TABLE customers ADD n int DEFAULT public.slowly()", None);
    let report = migrate(&desk);
    let mut conn = desk.world.bare();
    let slow = format!(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM tenancy.run_tenants WHERE run_id = {} AND slug > 't09' GROUP BY xmin::text) g",
        report.run.unwrap()
    );
    let together: usize = value(&mut conn, &slow).parse().unwrap();
    assert!(together <= 3, "each is locked for as long as {together} take");
    assert_done(desk.tenancy(), &mut conn);
}

/// Tells what the session looks like to whoever comes, and leaves everything behind that a session can keep.
const POLLUTER: &str = r#"
CREATE FUNCTION public.pollute() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_seen text := (SELECT string_agg(format('%s=%s', name, setting), ' ' ORDER BY name) FROM pg_catalog.pg_settings
        WHERE source = 'session' AND name !~ '^(search_path|application_name|lock_timeout|transaction_.*)$');
BEGIN
    v_seen := concat_ws(' ', v_seen,
        'application_name=' || regexp_replace(current_setting('application_name'), '[0-9]+ on .*', ''),
        'user=' || (current_user = (SELECT owner_role FROM tenancy.installation)),
        'path=' || replace(current_setting('search_path'), current_schema(), 'own'),
        'custom=' || coalesce(nullif(current_setting('app.tenant', true), ''), 'none'),
        'temporary=' || (SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = pg_my_temp_schema()),
        'cursors=' || (SELECT count(*) FROM pg_catalog.pg_cursors WHERE name = 'kept'),
        'locks=' || (SELECT count(*) FROM pg_catalog.pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
                        AND classid = 0 AND objid = 4711),
        'read_only=' || current_setting('transaction_read_only'), 'isolation=' || current_setting('transaction_isolation'));
    BEGIN
        v_seen := v_seen || ' last=' || lastval();
    EXCEPTION WHEN object_not_in_prerequisite_state THEN
        v_seen := v_seen || ' last=none';
    END;
    PERFORM set_config('TimeZone', 'Asia/Tokyo', false), set_config('DateStyle', 'German', false),
            set_config('app.tenant', current_schema(), false), set_config('application_name', 'polluted', false),
            set_config('standard_conforming_strings', 'off', false), set_config('lock_timeout', '7s', true),
            set_config('check_function_bodies', 'off', true), set_config('work_mem', '65kB', false),
            set_config('row_security', 'off', true),
            set_config('client_min_messages', 'error', false);
    PERFORM nextval(pg_get_serial_sequence('tickets', 'id'));
    CREATE TEMP TABLE IF NOT EXISTS kept AS SELECT current_schema() AS whose;
    CREATE TEMP TABLE IF NOT EXISTS log (whose text);
    EXECUTE 'DECLARE kept CURSOR WITH HOLD FOR SELECT current_schema()';
    LISTEN polluted;
    PERFORM pg_advisory_lock(4711);
    PERFORM set_config('search_path', 'public', false);
    RETURN v_seen;
END $$;
GRANT EXECUTE ON FUNCTION public.pollute() TO PUBLIC;
GRANT SELECT ON tenancy.installation TO PUBLIC; GRANT USAGE ON SCHEMA tenancy TO PUBLIC;
CREATE TABLE public.log (whose text); GRANT ALL ON public.log TO PUBLIC;
"#;

#[test]
fn every_tenant_of_a_group_finds_the_session_as_the_first_did_whatever_it_leaves_in_it() {
    let desk = with_customers(20);
    let name = desk.value("current_database()");
    desk.world.sql(&format!(
        "ALTER DATABASE {name} SET timezone TO 'America/New_York'; \
         ALTER DATABASE {name} SET default_transaction_isolation TO 'repeatable read'"
    ));
    desk.world.sql(POLLUTER);
    desk.write(
        "2026-02-01-000000_pollute",
        "ALTER TABLE customers ADD seen text DEFAULT public.pollute()",
        None,
    );
    assert!(migrate(&desk).run.is_some());
    let mut conn = desk.world.bare();
    let seen = answers(&mut conn, "SELECT seen FROM $schema.customers");
    assert!(seen.starts_with("20: ") && !seen.contains(';'), "{seen}");
    assert!(seen.contains("TimeZone=UTC") && seen.contains("tenancy migrate run"), "{seen}");
    assert_eq!(value(&mut conn, "SELECT count(*) FROM public.log"), "0");
    assert_registry_is_true(&mut conn);
}

#[test]
fn a_default_means_the_same_moment_in_every_tenant() {
    let desk = Desk::new();
    desk.create_many(20);
    let name = desk.value("current_database()");
    desk.world.sql(&format!("ALTER DATABASE {name} SET timezone TO 'Asia/Tokyo'"));
    desk.write(
        "2026-02-01-000000_since",
        "ALTER TABLE customers ADD since timestamptz NOT NULL DEFAULT '2026-01-01 00:00'",
        None,
    );
    assert!(migrate(&desk).run.is_some());
    let defaults = answers(
        &mut desk.world.bare(),
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = '$schema.customers'::regclass AND adnum = 3",
    );
    assert!(defaults.starts_with("20: "), "{defaults}");
}

/// Objects in a shared schema whose names mean a tenant's, and traps of the same names there.
const SHARED: &str = r"
CREATE FUNCTION public.note(p_what text) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO notes (what, whose) VALUES (p_what, current_schema());
    RETURN true;
END $$;
CREATE FUNCTION public.note_immutable(p_what text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN current_setting('search_path');
END $$;
CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (what, whose) VALUES (NEW.what, NEW.whose);
    RETURN NULL;
END $$;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass(quote_ident(current_schema()) || '.ddl_log') IS NOT NULL THEN
        INSERT INTO ddl_log SELECT c.command_tag, c.schema_name FROM pg_event_trigger_ddl_commands() c
         WHERE c.object_type = 'table';
    END IF;
END $$;
CREATE TABLE public.notes (what text, whose text);
CREATE TABLE public.audit (what text, whose text);
CREATE TABLE public.ddl_log (tag text, whose text);
GRANT ALL ON public.notes, public.audit, public.ddl_log TO PUBLIC;
";

fn with_shared() -> Desk {
    let desk = Desk::new();
    desk.world.sql(SHARED);
    desk.write(
        "2026-01-02-000000_notes",
        "CREATE TABLE notes (what text, whose text); CREATE TABLE audit (what text, whose text);
         CREATE TABLE ddl_log (tag text, whose text);
         CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION public.audit()",
        None,
    );
    assert!(desk.migrate().is_success());
    desk.create_many(16);
    for n in 0..16 {
        desk.world.sql(&format!("INSERT INTO tenant_t{n:02}.customers (name) VALUES ('a'), ('b')"));
    }
    desk.world.sql("CREATE EVENT TRIGGER on_ddl ON ddl_command_end EXECUTE FUNCTION public.on_ddl()");
    desk
}

fn assert_all_at_home(desk: &Desk) {
    let mut conn = desk.world.bare();
    for table in ["notes", "audit", "ddl_log"] {
        let foreign =
            answers(&mut conn, &format!("SELECT count(*) FROM $schema.{table} WHERE whose <> '$schema'"));
        assert_eq!(foreign, "16: 0", "{table}");
        assert_eq!(value(&mut conn, &format!("SELECT count(*) FROM public.{table}")), "0", "{table}");
    }
}

#[test]
fn deferred_triggers_run_at_home_whatever_path_and_role_a_migration_leaves() {
    let desk = with_shared();
    desk.world.sql("CREATE ROLE passer_by; GRANT passer_by TO CURRENT_USER");
    desk.write(
        "2026-02-01-000000_leaves",
        "INSERT INTO notes VALUES ('left', current_schema()); SET search_path TO public; SET ROLE passer_by",
        None,
    );
    let report = desk.migrate();
    desk.world.sql("DROP ROLE passer_by");
    assert!(report.is_success(), "{report:?}");
    assert_all_at_home(&desk);
    let mut conn = desk.world.bare();
    assert_eq!(answers(&mut conn, "SELECT count(*) FROM $schema.audit"), "16: 1");
}

#[test]
fn definitions_that_write_through_functions_write_at_home() {
    let desk = with_shared();
    for (name, sql, notes) in [
        ("2026-02-01-000000_default", "ALTER TABLE customers ADD a bool DEFAULT public.note('default')", 2),
        ("2026-02-02-000000_check", "ALTER TABLE customers ADD CONSTRAINT c CHECK (public.note(name))", 4),
        (
            "2026-02-03-000000_domain",
            "CREATE DOMAIN noted AS text CONSTRAINT n CHECK (public.note(VALUE)); ALTER TABLE customers ALTER name TYPE noted",
            // The column's domain and the table's check look at each row anew.
            8,
        ),
    ] {
        desk.write(name, sql, None);
        assert!(migrate(&desk).run.is_some(), "{name}");
        let mut conn = desk.world.bare();
        assert_eq!(
            answers(&mut conn, "SELECT count(*) FROM $schema.notes"),
            format!("16: {notes}"),
            "{name}"
        );
        assert_eq!(
            answers(&mut conn, "SELECT count(*) FROM $schema.audit"),
            format!("16: {notes}"),
            "{name}"
        );
        assert_all_at_home(&desk);
    }
    let logged = answers(
        &mut desk.world.bare(),
        "SELECT string_agg(tag || n, ' ') FROM (SELECT tag, count(*) AS n FROM $schema.ddl_log GROUP BY tag) t",
    );
    assert!(logged.starts_with("16: ALTER TABLE"), "{logged}");
    desk.write("2026-02-04-000000_index", "CREATE INDEX ON customers (public.note_immutable(name))", None);
    assert!(migrate(&desk).run.is_some());
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

/// What a tenant may call its own things, so that the words of a batch could mean them.
const TWINS: &str = r#"
SET search_path TO $schema;
CREATE FUNCTION trap() RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a tenant''''s function was called''; END';
CREATE FUNCTION same(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION same(name, name) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION same(text[], text[]) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR = (FUNCTION = same, LEFTARG = varchar, RIGHTARG = varchar);
CREATE OPERATOR = (FUNCTION = same, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR = (FUNCTION = same, LEFTARG = name, RIGHTARG = name);
CREATE OPERATOR <> (FUNCTION = same, LEFTARG = text[], RIGHTARG = text[]);
CREATE FUNCTION nothing(int, int) RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE OPERATOR / (FUNCTION = nothing, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION set_config(text, text, bool) RETURNS text LANGUAGE sql AS 'SELECT $schema.trap()';
CREATE FUNCTION act_as_owner(text, bool) RETURNS text LANGUAGE sql AS 'SELECT $schema.trap()';
CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT $schema.trap()';
CREATE FUNCTION max(text) RETURNS text LANGUAGE sql AS 'SELECT $schema.trap()';
CREATE FUNCTION count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $schema.trap()::bigint';
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT $schema.trap()::timestamptz';
CREATE DOMAIN text AS pg_catalog.text CHECK (false);
CREATE DOMAIN uuid AS pg_catalog.text CHECK (false);
CREATE DOMAIN regnamespace AS pg_catalog.text CHECK (false);
CREATE DOMAIN int4 AS pg_catalog.text CHECK (false);
CREATE TABLE tenants (id int); CREATE TABLE runs (id int); CREATE TABLE run_tenants (id int); CREATE TABLE pg_locks (pid int);
"#;

#[test]
fn a_tenants_own_functions_operators_and_types_are_never_the_batchs() {
    let desk = Desk::new();
    desk.create_many(10);
    for n in [1, 4, 5] {
        desk.world.sql(&TWINS.replace("$schema", &format!("tenant_t{n:02}")));
    }
    for (name, up, down) in [
        (
            "2026-02-01-000000_email",
            "ALTER TABLE customers ADD email pg_catalog.text",
            "ALTER TABLE customers DROP email",
        ),
        ("2026-02-02-000000_row", "INSERT INTO customers (name) VALUES ('x')", "DELETE FROM customers"),
    ] {
        desk.write(name, up, Some(down));
        assert!(migrate(&desk).run.is_some());
        assert_registry_is_true(&mut desk.world.bare());
    }
    let mut conn = desk.world.bare();
    assert_eq!(answers(&mut conn, "SELECT count(*) FROM $schema.customers"), "10: 1");
    let report = desk.tenancy().fleet().revert(&Revert::Steps(2), &one_worker(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_registry_is_true(&mut conn);
    assert_eq!(
        answers(&mut conn, "SELECT string_agg(version, ' ') FROM $schema.__diesel_schema_migrations"),
        "10: 20260101000000"
    );
}

#[test]
fn one_that_has_more_or_less_than_its_row_says_is_done_right() {
    let desk = Desk::new();
    desk.create_many(12);
    desk.write("2026-02-01-000000_a", "CREATE TABLE a (id int)", None);
    desk.write("2026-02-02-000000_b", "CREATE TABLE b (id int)", None);
    // More, in one of a group and in one alone.
    for tenant in ["t03", "t07"] {
        desk.world.sql(&format!(
            "SET ROLE NONE; SELECT tenancy.act_as_owner('tenant_{tenant}', false); CREATE TABLE tenant_{tenant}.a (id int); \
             INSERT INTO tenant_{tenant}.__diesel_schema_migrations (version) VALUES ('20260201000000')"
        ));
    }
    assert!(migrate(&desk).run.is_some());
    assert_done(desk.tenancy(), &mut desk.world.bare());
    // Less: the row claims what the schema never saw.
    desk.write("2026-02-03-000000_c", "CREATE TABLE c (id int)", None);
    desk.write("2026-02-04-000000_d", "CREATE TABLE d (id int)", None);
    desk.world.sql(
        "UPDATE tenancy.tenants SET migrations = migrations || '{20260203000000}'::text[], template_version = '20260203000000' \
         WHERE slug IN ('t02', 't08', 't09')",
    );
    assert!(migrate(&desk).run.is_some());
    // The rows were put right, and what they lacked came with the stragglers.
    assert_done(desk.tenancy(), &mut desk.world.bare());
}

#[test]
fn a_dedicated_tenant_among_the_others_keeps_its_owner() {
    let desk = Desk::new();
    let tenancy = desk.another_with(|builder| builder.secret_key("42".repeat(32).parse().unwrap()));
    desk.create_many(10);
    for tenant in ["t02", "t05"] {
        tenancy.logins().dedicate(&slug(tenant)).unwrap();
    }
    desk.write(
        "2026-02-01-000000_more",
        "CREATE TABLE more (id serial PRIMARY KEY); CREATE TYPE kind AS ENUM ('a')",
        None,
    );
    assert!(migrate(&desk).run.is_some());
    let mut conn = desk.world.bare();
    let owners = |tenants: &str| {
        value(
            &mut desk.world.bare(),
            &format!(
                "SELECT string_agg(DISTINCT (CASE WHEN pg_get_userbyid(c.relowner) = i.owner_role THEN 'shared' ELSE 'own' END), ' ') \
                 FROM tenancy.installation i, tenancy.tenants t JOIN pg_class c ON c.relnamespace = to_regnamespace(t.schema_name) \
                 WHERE t.slug {tenants} ('t02', 't05')"
            ),
        )
    };
    assert_eq!((owners("IN").as_str(), owners("NOT IN").as_str()), ("own", "shared"));
    assert_done(desk.tenancy(), &mut conn);
}

#[test]
fn a_run_takes_one_connection_for_each_worker_and_loses_none() {
    let desk = Desk::new();
    desk.create_many(30);
    desk.world.sql(
        "CREATE TABLE public.backends (pid int); GRANT ALL ON public.backends TO PUBLIC;
         CREATE FUNCTION public.seen() RETURNS event_trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO public.backends VALUES (pg_backend_pid()); END';
         CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION public.seen()",
    );
    desk.write("2026-02-01-000000_a", "CREATE TABLE a (id int)", None);
    desk.write(
        "2026-02-02-000000_b",
        "CREATE TABLE b (id serial); INSERT INTO b DEFAULT VALUES; SELECT lastval()",
        None,
    );
    desk.world.sql("TRUNCATE public.backends");
    let options = RunOptions::default().jobs(3);
    assert!(desk.tenancy().fleet().migrate(&options, |_| {}).unwrap().is_success());
    // Three workers, and who migrates the template.
    let backends: usize = desk.value("SELECT count(DISTINCT pid) FROM public.backends").parse().unwrap();
    assert!(backends <= 4, "{backends}");
    assert_eq!(desk.value("SELECT count(*) >= 62 FROM public.backends"), "true");
}

#[test]
fn rows_and_statements_that_may_not_share_a_transaction_do_not() {
    let desk = with_customers(6);
    desk.world.sql("CREATE TABLE public.log (whose text); GRANT ALL ON public.log TO PUBLIC");
    // Each leaves something that would answer for the next tenant.
    for (n, sql) in [
        "CREATE TEMP TABLE IF NOT EXISTS kept AS SELECT name FROM customers; UPDATE customers SET name = name || (SELECT string_agg(name, '') FROM kept)",
        "SET search_path TO public; SET app.kept TO 'x'",
        "SET LOCAL search_path TO pg_catalog, public",
        "SET ROLE NONE",
        "PREPARE p AS SELECT name FROM customers; EXECUTE p",
        "DECLARE c CURSOR WITH HOLD FOR SELECT name FROM customers",
        "LISTEN x; NOTIFY x, 'y'",
        "INSERT INTO tickets DEFAULT VALUES; UPDATE customers SET name = left(name, 3) || lastval()",
        "SELECT pg_advisory_lock(4712)",
        "SELECT set_config('search_path', 'public', false)",
        "DO $$ BEGIN PERFORM set_config('role', 'none', false); END $$",
    ]
    .into_iter()
    .enumerate()
    {
        desk.write(&format!("2026-02-{:02}-000000_x", n + 1), sql, None);
        let report = desk.tenancy().fleet().migrate(&RunOptions::default().jobs(2), |_| {}).unwrap();
        assert!(report.is_success(), "{sql}: {report:?}");
        assert_eq!(largest_group(&mut desk.world.bare(), report.run.unwrap()), 1, "{sql}");
    }
    let mut conn = desk.world.bare();
    assert_registry_is_true(&mut conn);
    assert_eq!(
        answers(&mut conn, "SELECT bool_and(name = right('$schema', 3) || '1') FROM $schema.customers"),
        "6: true"
    );
    assert_eq!(value(&mut conn, "SELECT count(*) FROM public.log"), "0");
    let tenants: Vec<TenantSlug> =
        desk.tenancy().fleet().status().unwrap().into_iter().map(|t| t.slug).collect();
    assert_eq!(tenants.len(), 6);
    conn.batch_execute("SELECT 1").unwrap();
}
