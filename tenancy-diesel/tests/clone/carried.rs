//! What a clone has.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use tenancy_diesel::blueprint::capture;

use crate::same::assert_same_rows;
use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{SUPPORT_DESK, TORTURE, clone, for_server, schema, template, value};

fn database(template: &str) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    let template = for_server(&mut conn, template);
    conn.batch_execute(&template).unwrap();
    (database, conn)
}

#[test]
fn a_support_desk_has_the_dump_of_its_template() {
    let (database, mut conn) = database(SUPPORT_DESK);
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
}

#[test]
fn everything_that_is_carried_has_the_dump_of_its_template() {
    let (database, mut conn) = database(TORTURE);
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
    clone(&mut conn, "tenant_select").unwrap();
    assert_same(&database, "base_template", "tenant_select");
}

#[test]
fn every_catalogue_holds_of_the_clone_what_it_holds_of_the_template() {
    let (_database, mut conn) = database(TORTURE);
    clone(&mut conn, "tenant_acme").unwrap();
    assert!(assert_same_rows(&mut conn, "base_template", "tenant_acme") > 500);
}

#[test]
fn a_clone_of_a_clone_is_still_the_template() {
    let (database, mut conn) = database(TORTURE);
    clone(&mut conn, "tenant_acme").unwrap();
    conn.transaction(|conn| {
        let script = capture(conn, &schema("tenant_acme")).unwrap().render(&schema("tenant_again"));
        conn.batch_execute(script.as_str())
    })
    .unwrap();
    assert_same(&database, "base_template", "tenant_again");
}

#[test]
fn a_keyword_is_a_schema_like_any_other() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    clone(&mut conn, "select").unwrap();
    assert_eq!(value(&mut conn, r#"SELECT count(*) FROM "select".customers"#).as_deref(), Some("0"));
}

#[test]
fn nothing_of_a_clone_refers_to_the_template() {
    let (_database, mut conn) = database(TORTURE);
    clone(&mut conn, "tenant_acme").unwrap();
    // Dropping without CASCADE is refused while anything outside depends on what is inside: so empty the
    // template with CASCADE and see that the clone lost nothing.
    let relations = "SELECT string_agg(relname || relchecks || relhastriggers || relhasrules, ',' ORDER BY relname) \
                     FROM pg_class WHERE relnamespace = 'tenant_acme'::regnamespace";
    let dependencies = "SELECT count(*) FROM pg_depend WHERE refobjid = 'tenant_acme'::regnamespace";
    let before = (value(&mut conn, relations), value(&mut conn, dependencies));
    conn.batch_execute("DROP SCHEMA base_template CASCADE").unwrap();
    assert_eq!((value(&mut conn, relations), value(&mut conn, dependencies)), before);
}

#[test]
fn sequences_are_the_clones_own_and_start_at_the_beginning() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    conn.batch_execute(
        "SELECT nextval('base_template.messages_id_seq'), nextval('base_template.tickets_id_seq')",
    )
    .unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    conn.batch_execute(
        "INSERT INTO tenant_acme.customers (name, email) VALUES ('Ann', 'ann@example.com');
         INSERT INTO tenant_acme.tickets (customer_id, issue) SELECT id, 'broken' FROM tenant_acme.customers;
         INSERT INTO tenant_acme.messages (ticket_id, role, content) VALUES (1, 'customer', 'help'), (1, 'agent', 'ok')",
    )
    .unwrap();
    assert_eq!(value(&mut conn, "SELECT max(id) FROM tenant_acme.messages").as_deref(), Some("2"));
    assert_eq!(
        value(&mut conn, "SELECT last_value FROM base_template.messages_id_seq").as_deref(),
        Some("1")
    );
    assert_eq!(value(&mut conn, "SELECT last_value FROM base_template.tickets_id_seq").as_deref(), Some("1"));
}

#[test]
fn foreign_keys_look_into_the_clone() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    clone(&mut conn, "tenant_acme").unwrap();
    conn.batch_execute("INSERT INTO base_template.customers (name, email) VALUES ('Ann', 'ann@example.com')")
        .unwrap();
    let foreign =
        "INSERT INTO tenant_acme.tickets (customer_id, issue) SELECT id, 'x' FROM base_template.customers";
    assert!(conn.batch_execute(foreign).is_err());
}

#[test]
fn triggers_and_views_work_in_the_clone() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    clone(&mut conn, "tenant_acme").unwrap();
    conn.batch_execute(
        "INSERT INTO tenant_acme.customers (name, email) VALUES ('Ann', 'ann@example.com');
         INSERT INTO tenant_acme.tickets (customer_id, issue) SELECT id, 'broken' FROM tenant_acme.customers;
         UPDATE tenant_acme.tickets SET issue = 'burning'",
    )
    .unwrap();
    assert_eq!(
        value(&mut conn, "SELECT updated_at IS NOT NULL FROM tenant_acme.tickets").as_deref(),
        Some("true")
    );
    assert_eq!(value(&mut conn, "SELECT customer FROM tenant_acme.open_tickets").as_deref(), Some("Ann"));
}

#[test]
fn the_migrations_that_the_template_has_seen_are_those_that_the_clone_has_seen() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    clone(&mut conn, "tenant_acme").unwrap();
    let rows = |schema: &str| {
        format!(
            "SELECT string_agg(version || run_on, ',' ORDER BY version) FROM {schema}.__diesel_schema_migrations"
        )
    };
    let cloned = value(&mut conn, &rows("tenant_acme"));
    assert!(cloned.is_some());
    assert_eq!(cloned, value(&mut conn, &rows("base_template")));
}

#[test]
fn a_materialized_view_holds_data_where_the_templates_does() {
    let (_database, mut conn) = database(TORTURE);
    clone(&mut conn, "tenant_acme").unwrap();
    let populated = "SELECT string_agg(relname || relispopulated, ',' ORDER BY relname) FROM pg_class \
                     WHERE relnamespace = 'tenant_acme'::regnamespace AND relkind = 'm'";
    assert_eq!(value(&mut conn, populated).as_deref(), Some("empty_viewfalse,full_viewtrue,on_toptrue"));
}

#[test]
fn a_schema_that_exists_is_never_written_into() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    conn.batch_execute("CREATE SCHEMA tenant_acme").unwrap();
    let script = capture(&mut conn, &template()).unwrap().render(&schema("tenant_acme"));
    let error = conn.transaction(|conn| conn.batch_execute(script.as_str())).unwrap_err();
    assert!(error.to_string().contains("already exists"), "{error}");
}

#[test]
fn a_capture_leaves_nothing_behind() {
    let (_database, mut conn) = database(SUPPORT_DESK);
    conn.batch_execute("SET search_path = base_template; SET datestyle = 'SQL, DMY'").unwrap();
    conn.transaction(|conn| {
        capture(conn, &template()).unwrap();
        // Still inside the caller's transaction, on the caller's path, with the caller's settings.
        diesel::sql_query("SELECT FROM customers").execute(conn)
    })
    .unwrap();
    assert_eq!(value(&mut conn, "current_setting('datestyle')").as_deref(), Some("SQL, DMY"));
    let sentinels = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%entinel%'";
    assert_eq!(value(&mut conn, sentinels).as_deref(), Some("0"));
}

#[test]
fn the_owner_of_a_template_needs_no_superuser() {
    let (database, mut conn) = database(SUPPORT_DESK);
    let name = value(&mut conn, "current_database()").unwrap();
    conn.batch_execute(&format!(
        "DO $$ BEGIN CREATE ROLE tenancy_plain_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         DROP SCHEMA base_template CASCADE; GRANT CREATE ON DATABASE {name} TO tenancy_plain_role"
    ))
    .unwrap();
    conn.batch_execute("SET ROLE tenancy_plain_role").unwrap();
    conn.batch_execute(SUPPORT_DESK).unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
}

#[test]
fn two_captures_at_once_wait_for_each_other_and_succeed() {
    let (database, _conn) = database(SUPPORT_DESK);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| capture(&mut database.connect(), &template()).unwrap().objects().len()))
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap() > 10);
        }
    });
}

#[test]
fn the_same_template_gives_the_same_script() {
    let (_database, mut conn) = database(TORTURE);
    let script = |conn: &mut PgConnection| capture(conn, &template()).unwrap().render(&schema("tenant_acme"));
    assert_eq!(script(&mut conn), script(&mut conn));
}
