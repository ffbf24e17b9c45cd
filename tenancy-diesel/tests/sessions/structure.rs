//! Quoted names and texts, sent to PostgreSQL and read back: the properties of `tenancy-core/tests/properties` confirmed
//! by the scanner that matters.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::core::isolation::SharedSchemas;
use tenancy_diesel::core::name::{Ident, Literal, SchemaName};

use crate::world::{World, try_value, value};

/// The corpus of the properties, without what PostgreSQL cannot hold.
fn corpus() -> Vec<String> {
    include_str!("../../../tenancy-core/tests/corpus/texts.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| serde_json::from_str::<String>(line).unwrap())
        .filter(|text| !text.contains('\0'))
        .collect()
}

/// Each text of the corpus, and each beside each.
fn pairs() -> Vec<String> {
    let corpus = corpus();
    corpus.iter().flat_map(|a| corpus.iter().map(move |b| format!("{a}{b}"))).collect()
}

/// All of these expressions in one array, in one statement: each stands between others.
fn read_back(conn: &mut PgConnection, expressions: &[String]) -> Vec<String> {
    let array = format!("SELECT array_to_json(ARRAY[{}]::text[])", expressions.join(","));
    serde_json::from_str(&value(conn, &array)).unwrap()
}

#[test]
fn a_literal_is_read_back_as_it_was_whatever_the_session_says_about_backslashes() {
    let world = World::new(1);
    let mut conn = world.bare();
    let texts = pairs();
    for setting in ["on", "off"] {
        conn.batch_execute(&format!(
            "SET standard_conforming_strings = {setting}; SET escape_string_warning = off; SET client_min_messages = error"
        ))
        .unwrap();
        for chunk in texts.chunks(500) {
            let literals: Vec<_> = chunk.iter().map(|text| Literal::new(text).to_string()).collect();
            assert_eq!(read_back(&mut conn, &literals), chunk, "{setting}");
        }
    }
}

#[test]
fn an_identifier_is_read_back_as_it_was() {
    let world = World::new(1);
    let mut conn = world.bare();
    // PostgreSQL cuts off what is longer, in whole characters, which is why slugs and schemas have a length.
    let names: Vec<_> = pairs().into_iter().filter(|name| (1..=63).contains(&name.len())).collect();
    assert!(names.len() > 1_000, "{}", names.len());
    for setting in ["on", "off"] {
        conn.batch_execute(&format!("SET standard_conforming_strings = {setting}")).unwrap();
        for chunk in names.chunks(200) {
            let keys: Vec<_> = chunk
                .iter()
                .map(|name| {
                    let ident = Ident::new(name);
                    format!("(SELECT json_object_keys(row_to_json(t)) FROM (SELECT 1 AS {ident}) t WHERE t.{ident}=1)")
                })
                .collect();
            assert_eq!(read_back(&mut conn, &keys), chunk, "{setting}");
        }
    }
}

/// `search_path` is read by a scanner of its own.
#[test]
fn a_search_path_leads_to_the_schemas_that_were_configured() {
    let world = World::new(1);
    let mut conn = world.bare();
    let own = SchemaName::parse("tenant_acme").unwrap();
    let mut tried = 0;
    for name in corpus() {
        let Ok(shared) = SharedSchemas::of([name.clone()]) else { continue };
        conn.transaction::<_, diesel::result::Error, _>(|conn| {
            conn.batch_execute(&format!(
                "CREATE SCHEMA tenant_acme; CREATE SCHEMA IF NOT EXISTS {}; SET LOCAL client_min_messages = error",
                Ident::new(&name)
            ))?;
            let path = Literal::new(shared.search_path(&own).as_str()).to_string();
            let resolved = format!("SELECT array_to_json(current_schemas(false)) FROM set_config('search_path',{path},true)");
            // PostgreSQL plans the function of the path before it is set.
            value(conn, &resolved);
            let found: Vec<String> = serde_json::from_str(&value(conn, "array_to_json(current_schemas(false))")).unwrap();
            let expected = if name == "tenant_acme" { vec![name.clone()] } else { vec!["tenant_acme".to_owned(), name.clone()] };
            assert_eq!(found, expected);
            tried += 1;
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        })
        .unwrap_err();
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_statement_with_a_nul_is_not_sent_and_nothing_of_it_is_run() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    let mut conn = world.conn(&acme);
    for nul in [Literal::new("a\0b").to_string(), Ident::new("a\0b").to_string(), "\0".to_owned()] {
        let batch = format!("DELETE FROM notes; SELECT {nul}");
        assert!(conn.batch_execute(&batch).is_err(), "{nul:?}");
        assert!(try_value(&mut conn, &nul).is_err(), "{nul:?}");
    }
    let bound = diesel::select(
        diesel::dsl::sql::<diesel::sql_types::Text>("").bind::<diesel::sql_types::Text, _>("a\0b"),
    );
    assert!(bound.get_result::<String>(&mut *conn).is_err(), "and PostgreSQL refuses one that is bound");
    assert_eq!(value(&mut conn, "SELECT count(*) FROM notes"), "1");
}
