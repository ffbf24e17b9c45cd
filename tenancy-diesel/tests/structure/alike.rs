//! What is the same is found to be the same.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_core::name::SchemaName;
use tenancy_diesel::blueprint::capture;
use tenancy_diesel::structure::{ReadError, Reader, Subject};

use crate::support::database::Database;

const TORTURE: &str = include_str!("../clone/templates/torture.sql");

fn schema(name: &str) -> SchemaName {
    SchemaName::parse(name).unwrap()
}

fn clone(conn: &mut PgConnection, from: &str, to: &str) {
    conn.transaction(|conn| {
        let script = capture(conn, &schema(from)).unwrap().render(&schema(to));
        conn.batch_execute(script.as_str())
    })
    .unwrap();
}

fn differences(conn: &mut PgConnection, a: &str, b: &str) -> Vec<String> {
    conn.transaction::<_, diesel::result::Error, _>(|conn| {
        conn.batch_execute(Reader::settings().as_str())?;
        let (a, b) = (schema(a), schema(b));
        let found = Reader::default().compare(conn, Subject::of(&a), Subject::of(&b)).unwrap();
        Ok(found.iter().map(|difference| format!("{difference}: {difference:?}")).collect())
    })
    .unwrap()
}

#[test]
fn a_clone_of_everything_that_is_carried_is_its_template() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(TORTURE).unwrap();
    clone(&mut conn, "base_template", "tenant_acme");
    clone(&mut conn, "tenant_acme", "tenant_select");
    assert_eq!(differences(&mut conn, "base_template", "tenant_acme"), [""; 0]);
    assert_eq!(differences(&mut conn, "tenant_select", "base_template"), [""; 0]);
    let (count, sum) = conn
        .transaction::<_, diesel::result::Error, _>(|conn| {
            conn.batch_execute(Reader::settings().as_str())?;
            let mut reader = Reader::default();
            let read = reader.structure(conn, Subject::of(&schema("base_template"))).unwrap();
            Ok((read.len(), reader.digest(conn, Subject::of(&schema("base_template"))).unwrap()))
        })
        .unwrap();
    assert!(count > 300, "{count} objects, {sum:?}");
}

#[test]
fn what_was_dropped_in_the_template_leaves_no_trace() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE SCHEMA base_template; CREATE TABLE base_template.t (a integer, b integer, c text, d text DEFAULT 'x'); \
         ALTER TABLE base_template.t DROP a, DROP c; CREATE SCHEMA tenant_b; \
         CREATE TABLE tenant_b.t (b integer, d text DEFAULT 'x')",
    )
    .unwrap();
    assert_eq!(differences(&mut conn, "base_template", "tenant_b"), [""; 0]);
}

#[test]
fn temporary_tables_and_settings_of_the_session_change_nothing() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(TORTURE).unwrap();
    clone(&mut conn, "base_template", "tenant_acme");
    conn.batch_execute(
        "CREATE TEMP TABLE a (id integer); CREATE TEMP TABLE pg_class (id integer); SET quote_all_identifiers = on; \
         SET datestyle = 'SQL, DMY'; SET search_path = tenant_acme",
    )
    .unwrap();
    assert_eq!(differences(&mut conn, "base_template", "tenant_acme"), [""; 0]);
}

#[test]
fn the_path_is_put_back_after_each_reading() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute("CREATE SCHEMA base_template; CREATE TABLE base_template.t (a integer)").unwrap();
    conn.transaction::<_, diesel::result::Error, _>(|conn| {
        conn.batch_execute("SET LOCAL search_path = public")?;
        let template = schema("base_template");
        let mut reader = Reader::default();
        reader.structure(conn, Subject::of(&template)).unwrap();
        reader.digest(conn, Subject::of(&template)).unwrap();
        conn.batch_execute("CREATE TABLE here (); SELECT 'public.here'::regclass")
    })
    .unwrap();
}

#[test]
fn a_schema_that_is_missing_or_may_not_be_used_is_told() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE SCHEMA base_template; \
         DO $$ BEGIN CREATE ROLE tenancy_structure_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    .unwrap();
    let mut read = |name: &str| Reader::default().digest(&mut conn, Subject::of(&schema(name)));
    assert!(matches!(read("nowhere"), Err(ReadError::Missing(_))));
    read("base_template").unwrap();
    conn.batch_execute("SET ROLE tenancy_structure_role").unwrap();
    let read = Reader::default().digest(&mut conn, Subject::of(&schema("base_template")));
    assert!(matches!(read, Err(ReadError::Forbidden(_))));
}
