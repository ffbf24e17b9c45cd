//! What fails without harm to the next tenant does not cost the session, and statements do not pile up.

use std::io::{Read as _, Write as _};

use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_query;

use crate::bad_states::next_tenant_is_safe_after;
use crate::notes::{backend, notes, owners};
use crate::world::{World, value};

/// A type that no schema has.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "nosuch", schema = "nowhere"))]
pub struct NoSuchType;

#[derive(Debug, diesel::expression::AsExpression)]
#[diesel(sql_type = NoSuchType)]
struct NoSuch;

impl ToSql<NoSuchType, Pg> for NoSuch {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[0])?;
        Ok(IsNull::No)
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::NoSuchType;

    missing (id) { id -> Integer, thing -> NoSuchType, }
}

fn twice_the_same_key(conn: &mut PgConnection) -> QueryResult<usize> {
    diesel::insert_into(notes::table).values((notes::id.eq(1), notes::body.eq("again"))).execute(conn)
}

#[test]
fn a_nul_byte_in_the_text_of_a_statement() {
    assert!(next_tenant_is_safe_after(|conn| {
        let nul = sql_query("SELECT '\0'::text WHERE $1 = 1").bind::<diesel::sql_types::Integer, _>(1);
        assert!(nul.execute(&mut **conn).is_err());
    }));
}

#[test]
fn a_type_that_is_not_there() {
    assert!(next_tenant_is_safe_after(|conn| {
        let count = missing::table.filter(missing::thing.eq(NoSuch)).count().get_result::<i64>(&mut **conn);
        assert!(count.is_err());
    }));
}

#[test]
fn a_table_that_is_not_there() {
    assert!(next_tenant_is_safe_after(|conn| {
        assert!(missing::table.count().get_result::<i64>(&mut **conn).is_err());
    }));
}

#[test]
fn a_key_that_is_taken() {
    assert!(next_tenant_is_safe_after(|conn| {
        assert!(twice_the_same_key(conn).is_err());
    }));
}

#[test]
fn a_statement_that_takes_too_long() {
    assert!(next_tenant_is_safe_after(|conn| {
        conn.batch_execute("SET statement_timeout = 50").unwrap();
        assert!(sql_query("SELECT pg_sleep(5)").execute(&mut **conn).is_err());
    }));
}

#[test]
fn nested_transactions_that_are_rolled_back() {
    assert!(next_tenant_is_safe_after(|conn| {
        let outer: Result<(), DieselError> = conn.transaction(|conn| {
            let inner: Result<(), _> = conn.transaction(|conn| {
                conn.batch_execute("INSERT INTO notes (body) VALUES ('unfinished')")?;
                Err(DieselError::RollbackTransaction)
            });
            assert_eq!(inner, Err(DieselError::RollbackTransaction));
            assert_eq!(owners(conn), ["acme"]);
            Err(DieselError::RollbackTransaction)
        });
        assert_eq!(outer, Err(DieselError::RollbackTransaction));
    }));
}

#[test]
fn a_statement_prepared_in_an_aborted_transaction() {
    assert!(next_tenant_is_safe_after(|conn| {
        let aborted: Result<(), DieselError> = conn.transaction(|conn| {
            assert!(twice_the_same_key(conn).is_err());
            let refused = notes::table.filter(notes::id.gt(77)).select(notes::body).load::<String>(conn);
            assert!(refused.is_err());
            Err(DieselError::RollbackTransaction)
        });
        assert!(aborted.is_err());
    }));
}

#[test]
fn a_copy_that_is_read_to_its_end() {
    assert!(next_tenant_is_safe_after(|conn| {
        let mut text = String::new();
        diesel::copy_to(notes::table).load_raw(&mut **conn).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("first of acme"));
    }));
}

/// Diesel forgets its statements when its cache is switched off, and the server does not.
#[test]
fn statements_that_diesel_forgot_are_deallocated_before_they_are_many() {
    let world = World::new(1);
    let acme = world.tenant("acme");
    world.warm(&acme);
    let before = backend(&mut world.conn(&acme));
    let mut most = 0;
    for _ in 0..25 {
        let mut conn = world.conn(&acme);
        let on_the_server = value(&mut conn, "SELECT count(*) FROM pg_prepared_statements");
        most = most.max(on_the_server.parse::<u32>().unwrap());
        for _ in 0..50 {
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
            assert_eq!(owners(&mut conn), ["acme"]);
        }
    }
    assert!((500..1100).contains(&most), "{most} of the 1250 that were prepared, at a check-out");
    assert_eq!(backend(&mut world.conn(&acme)), before, "on one connection");
}
