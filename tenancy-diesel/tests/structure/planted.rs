//! Each fault by itself, between two schemas that are the same otherwise.

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::Integer;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use tenancy_core::name::SchemaName;
use tenancy_diesel::structure::{Reader, Subject};

use crate::faults::{FAULTS, Fault};
use crate::support::database::Database;

fn differences(conn: &mut PgConnection, reader: &mut Reader) -> Vec<String> {
    let [a, b] = ["base_template", "tenant_b"].map(|name| SchemaName::parse(name).unwrap());
    conn.batch_execute(Reader::settings().as_str()).unwrap();
    let differences = reader.compare(conn, Subject::of(&a), Subject::of(&b)).unwrap();
    differences.iter().map(ToString::to_string).collect()
}

/// What goes wrong with a fault, if anything.
fn plant(conn: &mut PgConnection, reader: &mut Reader, fault: &Fault, version: i32) -> Result<(), String> {
    let Fault { before, change, found, since, .. } = fault;
    let newer = since.filter(|(since, _)| version >= *since).map(|(_, found)| found);
    let found: Vec<&str> = found.iter().copied().chain(newer).collect();
    let run = |conn: &mut PgConnection, schema: &str, sql: &str| {
        let sql = format!("SET LOCAL search_path TO {schema}, public; {}", sql.replace("{s}", schema));
        conn.batch_execute(&sql).map_err(|error| format!("{sql}: {error}"))
    };
    for schema in ["base_template", "tenant_b"] {
        run(conn, schema, &format!("CREATE SCHEMA {schema}; {before}"))?;
    }
    let early = differences(conn, reader);
    if !early.is_empty() {
        return Err(format!("differ before anything was planted: {early:?}"));
    }
    run(conn, "tenant_b", change)?;
    let late = differences(conn, reader);
    if late != found { Err(format!("found {late:?}\n    instead of {found:?}")) } else { Ok(()) }
}

#[test]
fn every_kind_of_difference_is_found_and_named() {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute(
        "CREATE TABLE public.shared (id integer PRIMARY KEY); CREATE EXTENSION btree_gist; \
         CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
         DO $$ BEGIN CREATE ROLE tenancy_structure_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    .unwrap();
    let version: i32 = diesel::select(sql::<Integer>("current_setting('server_version_num')::int"))
        .get_result(&mut conn)
        .unwrap();
    let mut failures = Vec::new();
    for fault in FAULTS.iter().filter(|fault| version >= fault.version) {
        // A reader of its own knows of nothing: it must find out which catalogues to ask.
        let mut reader = Reader::default();
        let mut failure = None;
        let _ = conn.transaction::<(), _, _>(|conn| {
            failure = plant(conn, &mut reader, fault, version).err();
            Err(diesel::result::Error::RollbackTransaction)
        });
        failures.extend(failure.map(|failure| format!("{}\n    {failure}", fault.change)));
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), FAULTS.len(), failures.join("\n"));
}
