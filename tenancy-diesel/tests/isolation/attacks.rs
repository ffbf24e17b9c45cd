//! The attacks that were demonstrated on a plain pool with `SET search_path`: SQL that a careless handler contains, or
//! that somebody injected into one. Each is run twice: without roles, where it succeeds, and with them.

use diesel::connection::SimpleConnection as _;

use crate::house::{House, Logins};
use crate::world::{try_value, value};

/// One statement that reads globex's row.
const READS: &[(&str, &str)] = &[
    ("a qualified name", "SELECT name FROM tenant_globex.people"),
    ("a view of the other tenant", "SELECT name FROM tenant_globex.names"),
    ("a function of the other tenant", "SELECT tenant_globex.headcount_atomic()"),
    ("a join", "SELECT o.name FROM people p CROSS JOIN tenant_globex.people o"),
    ("a subquery in a list", "SELECT (SELECT name FROM tenant_globex.people LIMIT 1)"),
    ("a common table expression", "WITH o AS (SELECT name FROM tenant_globex.people) SELECT name FROM o"),
    ("XML", "SELECT query_to_xml('SELECT name FROM tenant_globex.people', true, false, '')"),
    ("XML of a whole schema", "SELECT schema_to_xml('tenant_globex', true, false, '')"),
    ("a cursor", "SELECT cursor_to_xml(c, 1, true, false, '') FROM (SELECT 1) x, pg_temp.open_theirs() c"),
    ("the row type", "SELECT NULL::tenant_globex.people IS NULL"),
    ("an enum", "SELECT 'calm'::tenant_globex.mood"),
    ("a sequence", "SELECT nextval('tenant_globex.people_id_seq')"),
    ("a sequence's state", "SELECT last_value FROM tenant_globex.people_id_seq"),
    ("rows counted on disk", "SELECT count(*) FROM tenant_globex.people TABLESAMPLE SYSTEM (100)"),
    ("a lock", "SELECT name FROM tenant_globex.people FOR UPDATE"),
];

/// Statements that reach globex's rows, or change them.
const ACTS: &[(&str, &str)] = &[
    ("insert", "INSERT INTO tenant_globex.people (name) VALUES ('from acme')"),
    ("update", "UPDATE tenant_globex.people SET name = name"),
    ("delete", "DELETE FROM tenant_globex.visits"),
    ("insert what is read", "INSERT INTO people (name) SELECT name FROM tenant_globex.people"),
    ("copy out", "COPY tenant_globex.people TO STDOUT"),
    ("copy out of a query", "COPY (SELECT name FROM tenant_globex.people) TO STDOUT"),
    (
        "a temporary view",
        "CREATE TEMP VIEW theirs AS SELECT name FROM tenant_globex.people; SELECT * FROM theirs",
    ),
    ("a temporary table", "CREATE TEMP TABLE theirs AS TABLE tenant_globex.people"),
    ("a temporary table like theirs", "CREATE TEMP TABLE theirs (LIKE tenant_globex.people INCLUDING ALL)"),
    ("a block", "DO $$ BEGIN PERFORM name FROM tenant_globex.people; END $$"),
    ("dynamic SQL", "DO $$ BEGIN EXECUTE 'SELECT name FROM tenant_globex.people'; END $$"),
    (
        "a function of one's own",
        "CREATE FUNCTION pg_temp.theirs() RETURNS text LANGUAGE sql AS 'SELECT name FROM tenant_globex.people'; SELECT pg_temp.theirs()",
    ),
    (
        "a function that defines its own security",
        "CREATE FUNCTION pg_temp.theirs() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM tenant_globex.people'; SELECT pg_temp.theirs()",
    ),
    ("a prepared statement", "PREPARE p AS SELECT name FROM tenant_globex.people; EXECUTE p"),
    (
        "a declared cursor",
        "BEGIN; DECLARE c CURSOR FOR SELECT name FROM tenant_globex.people; FETCH c; COMMIT",
    ),
    ("a path", "SET search_path TO tenant_globex; SELECT name FROM people"),
    ("a local path", "BEGIN; SET LOCAL search_path TO tenant_globex; SELECT name FROM people; COMMIT"),
    (
        "a path by function",
        "SELECT set_config('search_path', 'tenant_globex', false); SELECT name FROM people",
    ),
    ("a lock on the table", "BEGIN; LOCK TABLE tenant_globex.people; COMMIT"),
    (
        "statistics",
        "ANALYZE tenant_globex.people; SELECT most_common_vals FROM pg_stats WHERE schemaname = 'tenant_globex'; SELECT name FROM tenant_globex.people",
    ),
    ("an explained query", "EXPLAIN ANALYZE SELECT * FROM tenant_globex.people WHERE name = 'x'"),
    ("a truncation", "TRUNCATE tenant_globex.visits"),
];

/// What a login with all rights can do with a helper of the kind that a handler could have made.
const HELPER: &str = "CREATE FUNCTION pg_temp.open_theirs() RETURNS refcursor LANGUAGE plpgsql AS $$
    DECLARE c refcursor := 'theirs'; BEGIN OPEN c FOR EXECUTE 'SELECT name FROM tenant_globex.people'; RETURN c; END $$";

#[test]
fn sql_that_names_another_tenant_is_refused() {
    let (open, closed) = (House::without_roles(Logins::One), House::new(Logins::One));
    for (attack, sql) in READS {
        let read = |house: &House| {
            let mut conn = house.enter("acme");
            conn.batch_execute(HELPER).unwrap();
            try_value(&mut conn, &format!("SELECT string_agg(q::text, '') FROM ({sql}) q"))
        };
        // The function may lock rows of a view only in a query of its own.
        let read = |house: &House| {
            if sql.ends_with("FOR UPDATE") { try_value(&mut house.enter("acme"), sql) } else { read(house) }
        };
        assert!(read(&open).is_ok(), "{attack} is no attack: {:?}", read(&open));
        let refused = read(&closed).expect_err(attack).to_string();
        assert!(refused.starts_with("permission denied for "), "{attack}: {refused}");
    }
    for (attack, sql) in ACTS {
        // A path without a right to the schema finds nothing in it.
        let path = sql.contains("search_path");
        assert_eq!(open.attempt("acme", sql), Ok(()), "{attack} is no attack");
        let refused = closed.attempt("acme", sql).expect_err(attack);
        let said = if path { "relation \"people\" does not exist" } else { "permission denied for " };
        assert!(refused.starts_with(said), "{attack}: {refused}");
    }
    assert_eq!(closed.truth("SELECT string_agg(name, ',') FROM tenant_globex.people"), "globex");
}

/// A foreign key is checked with the rights of the table's owner: it would tell whether a row exists.
#[test]
fn a_foreign_key_into_another_tenant_cannot_be_made() {
    let key = "ALTER TABLE visits ADD COLUMN spy integer REFERENCES tenant_globex.people";
    assert_eq!(House::without_roles(Logins::One).attempt("acme", key), Ok(()));
    assert_eq!(House::new(Logins::One).attempt("acme", key), Err("must be owner of table visits".to_owned()));
}

/// The limit of a login that all tenants share: what PostgreSQL lets the login do, an injected statement may do. A
/// login of the tenant's own is the way out (`dedicated.rs`).
#[test]
fn an_injected_change_of_role_undoes_it_on_a_shared_login() {
    let house = House::new(Logins::Two);
    let globex = house.tenant_role("globex");
    let mut conn = house.enter("acme");
    conn.batch_execute(&format!("RESET ROLE; SET ROLE {globex}")).unwrap();
    assert_eq!(value(&mut conn, "SELECT name FROM tenant_globex.people"), "globex");
    drop(conn);
    let one = format!(
        "SELECT query_to_xml('SELECT name FROM tenant_globex.people', true, false, '') FROM set_config('role', '{globex}', false)"
    );
    assert!(
        house.value("acme", &one).contains("globex"),
        "one statement, as a prepared one could contain it"
    );
    // The login itself has no right to any tenant's rows, and is nobody who could give itself one.
    for sql in [
        "RESET ROLE; SELECT name FROM tenant_globex.people",
        "SET SESSION AUTHORIZATION postgres",
        &format!("RESET ROLE; SET ROLE {}", house.role("operator")),
        &format!("RESET ROLE; SET ROLE {}", house.truth("SELECT owner_role FROM tenancy.installation")),
        "RESET ROLE; UPDATE tenancy.tenants SET schema_name = 'tenant_globex' WHERE slug = 'acme'",
        "RESET ROLE; CREATE SCHEMA s",
        "RESET ROLE; CREATE ROLE r",
    ] {
        let refused = house.attempt("acme", sql).expect_err(sql);
        assert!(refused.starts_with("permission denied"), "{sql}: {refused}");
    }
    // And the next borrower has its own role again.
    assert_eq!(house.value("acme", "current_user"), house.tenant_role("acme"));
}

#[test]
fn what_other_tenants_run_is_not_shown_and_cannot_be_cancelled() {
    let sees = |house: &House| {
        let mut theirs = house.enter("globex");
        theirs.batch_execute("/* the secret of globex */ SELECT 1").unwrap();
        let pid = value(&mut theirs, "pg_backend_pid()");
        let mut ours = house.enter("acme");
        let shown = value(&mut ours, &format!("SELECT query FROM pg_stat_activity WHERE pid = {pid}"));
        (shown, try_value(&mut ours, &format!("pg_cancel_backend({pid})")).map_err(|error| error.to_string()))
    };
    let (shown, cancelled) = sees(&House::without_roles(Logins::One));
    assert!(shown.contains("pg_backend_pid") && cancelled.is_ok(), "it is an attack: {shown}");
    let (shown, cancelled) = sees(&House::new(Logins::One));
    assert_eq!(shown, "<insufficient privilege>");
    let refused = cancelled.unwrap_err();
    // As of PostgreSQL 16.
    let newer = refused.starts_with("permission denied to cancel query");
    assert!(newer || refused.starts_with("must be a member of the role"), "{refused}");
}

#[test]
fn large_objects_are_their_tenants() {
    let object = |house: &House| {
        let oid = house.value("globex", "lo_from_bytea(0, 'secret')");
        house.attempt_value("acme", &format!("convert_from(lo_get({oid}), 'UTF8')"))
    };
    assert_eq!(object(&House::without_roles(Logins::One)), Ok("secret".to_owned()));
    let refused = object(&House::new(Logins::One)).unwrap_err();
    assert!(refused.starts_with("permission denied for large object"), "{refused}");
}

/// An object in a shared schema that was made in a tenant's path is that tenant's for everybody.
#[test]
fn a_view_in_a_shared_schema_that_is_one_tenants_is_closed_to_the_others() {
    let view = |house: &House| {
        house.sql("SET search_path TO tenant_globex, public; CREATE VIEW public.everybody AS SELECT name FROM people");
        house.sql(&format!(
            "GRANT USAGE ON SCHEMA tenant_globex TO {0}; GRANT SELECT ON public.everybody TO {0}",
            house.role("app")
        ));
        house.attempt_value("acme", "SELECT name FROM everybody")
    };
    assert_eq!(view(&House::without_roles(Logins::One)), Ok("globex".to_owned()));
    assert_eq!(view(&House::new(Logins::One)), Err("permission denied for view everybody".to_owned()));
}

/// A cascade runs as the owner of the table, who owns every tenant's schema: a function that lets its caller's path decide
/// is then a way out. It shows what `tenancy doctor` finds as `runs_as_owner`, and that a path of its own closes it.
#[test]
fn a_trigger_before_a_cascade_runs_as_the_owner_unless_its_path_is_its_own() {
    let template = |house: &House, path: &str| {
        house.write(
            "2026-02-01-000000_children",
            &format!(
                "CREATE TABLE log (entry text); CREATE TABLE children (person_id integer REFERENCES people ON DELETE CASCADE);
                 CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql {path} AS $$ BEGIN
                     EXECUTE format('INSERT INTO %slog VALUES (''gone'')', CASE WHEN '{path}' = '' THEN '' ELSE quote_ident(TG_TABLE_SCHEMA) || '.' END);
                     RETURN OLD; END $$;
                 CREATE TRIGGER note BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION note()"
            ),
        );
        let run = house.tenancy.fleet().migrate(&tenancy_diesel::RunOptions::default(), |_| {}).unwrap();
        assert!(run.is_success(), "{run:?}");
        house.attempt("acme", "INSERT INTO children SELECT id FROM people").unwrap();
        let found = house.tenancy.doctor().examine().unwrap();
        (
            found.finding("runs_as_owner").is_some(),
            house.attempt("acme", "SET search_path = tenant_globex; DELETE FROM tenant_acme.people"),
        )
    };
    let open = House::new(Logins::Two);
    assert_eq!(template(&open, ""), (true, Ok(())), "it is an attack, and the doctor finds it");
    assert_eq!(open.truth("SELECT count(*) FROM tenant_globex.log"), "1");
    let closed = House::new(Logins::Two);
    assert_eq!(template(&closed, "SET search_path = pg_catalog, pg_temp"), (false, Ok(())));
    assert_eq!(closed.truth("SELECT count(*) FROM tenant_globex.log"), "0");
    assert_eq!(closed.truth("SELECT count(*) FROM tenant_acme.log"), "1");
}

/// Names and sizes of all schemas are in the catalogue, which PostgreSQL closes to nobody: slugs are no secrets.
#[test]
fn the_catalogue_still_tells_who_else_is_there() {
    let house = House::new(Logins::Two);
    assert_eq!(house.value("acme", "SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_globex'"), "1");
    assert_eq!(
        house.value(
            "acme",
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'tenant_globex'"
        ),
        "0"
    );
    assert_eq!(house.value("acme", "SELECT count(*) FROM pg_stats WHERE schemaname = 'tenant_globex'"), "0");
    assert_eq!(
        house.value(
            "acme",
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE '%globex%' AND rolname NOT LIKE '%test%'"
        ),
        "0",
        "roles are named after ids"
    );
}

/// A row of the registry that leads to another tenant's schema, however it came about.
#[test]
fn a_row_that_points_at_another_tenants_schema_is_refused_at_the_pin() {
    for house in [House::new(Logins::One), House::without_roles(Logins::One)] {
        house.sql(
            "UPDATE tenancy.tenants SET schema_name = 'tenant_gone' WHERE slug = 'globex';
             UPDATE tenancy.tenants SET schema_name = 'tenant_globex' WHERE slug = 'acme'",
        );
        let other = tenancy_diesel::Tenancy::builder().database_url(house.url_as("app")).build().unwrap();
        let acme = other.tenant(&"acme".parse().unwrap()).unwrap();
        let refused = other.connect(&acme).unwrap_err().to_string();
        assert!(refused.contains("points at schema `tenant_globex`; its own is `tenant_acme`"), "{refused}");
    }
    // Where the check is passed by (another prefix, a bug of ours), the role has no right to the schema.
    let house = House::new(Logins::One);
    let (acme, globex) = (house.tenant_role("acme"), house.tenant_role("globex"));
    house.sql(&format!(
        "ALTER TABLE tenancy.tenants DROP CONSTRAINT tenants_role_name_key;
         UPDATE tenancy.tenants SET role_name = '{globex}' WHERE slug = 'acme'"
    ));
    let tenant = house.tenancy.tenant(&"acme".parse().unwrap()).unwrap();
    let refused = house.tenancy.connect(&tenant).unwrap_err().to_string();
    assert!(refused.contains("tenant_acme"), "{acme}: {refused}");
}
