//! Types of the same name in every tenant's schema.

use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use std::io::Write as _;

use crate::notes::backend;
use crate::world::World;

#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood"))]
pub struct MoodType;

#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow, AsExpression)]
#[diesel(sql_type = MoodType)]
pub enum Mood {
    Calm,
    Cross,
}

impl ToSql<MoodType, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(if *self == Self::Calm { b"calm" } else { b"cross" })?;
        Ok(IsNull::No)
    }
}

impl FromSql<MoodType, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            b"calm" => Ok(Self::Calm),
            b"cross" => Ok(Self::Cross),
            other => Err(format!("no mood: {other:?}").into()),
        }
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::MoodType;

    people (id) { id -> Integer, owner -> Text, mood -> MoodType, }
}

const TENANTS: [&str; 3] = ["acme", "globex", "initech"];

fn world() -> World {
    let world = World::new(1);
    for (at, slug) in TENANTS.iter().enumerate() {
        world.tenant(slug);
        // Different orders, so that the values' own OIDs and sort positions differ as well.
        let labels = if at % 2 == 0 { "'calm', 'cross'" } else { "'cross', 'calm'" };
        world.sql(&format!(
            "CREATE TYPE tenant_{slug}.mood AS ENUM ({labels});
             CREATE TABLE tenant_{slug}.people (id serial PRIMARY KEY, owner text NOT NULL DEFAULT '{slug}', mood tenant_{slug}.mood NOT NULL)"
        ));
    }
    world
}

fn cross_people(conn: &mut PgConnection) -> QueryResult<Vec<(String, Mood)>> {
    people::table.filter(people::mood.eq(Mood::Cross)).select((people::owner, people::mood)).load(conn)
}

fn add(conn: &mut PgConnection, mood: Mood) -> QueryResult<usize> {
    diesel::insert_into(people::table).values(people::mood.eq(mood)).execute(conn)
}

#[test]
fn a_bare_connection_mixes_them_up() {
    let world = world();
    let mut bare = world.bare();
    bare.batch_execute("SET search_path TO tenant_acme").unwrap();
    cross_people(&mut bare).unwrap();
    bare.batch_execute("SET search_path TO tenant_globex").unwrap();
    let error = cross_people(&mut bare).unwrap_err().to_string();
    assert!(error.contains("operator does not exist"), "the trap: Diesel keeps tenant A's type: {error}");
}

#[test]
fn one_connection_serves_the_same_enum_of_many_tenants() {
    let world = world();
    let mut backends = std::collections::HashSet::new();
    for round in 0..10 {
        for slug in TENANTS {
            let mut conn = world.conn(&world.find(slug));
            backends.insert(backend(&mut conn));
            add(&mut conn, Mood::Cross).unwrap();
            add(&mut conn, Mood::Calm).unwrap();
            let expected = vec![(slug.to_owned(), Mood::Cross); round + 1];
            assert_eq!(cross_people(&mut conn).unwrap(), expected);
        }
    }
    assert_eq!(backends.len(), 1, "all of it on one connection");
}

#[test]
fn statements_do_not_pile_up_on_the_server() {
    let world = world();
    for _ in 0..20 {
        for slug in TENANTS {
            cross_people(&mut world.conn(&world.find(slug))).unwrap();
        }
    }
    let mut conn = world.conn(&world.find("acme"));
    let count: i64 =
        crate::world::value(&mut conn, "SELECT count(*) FROM pg_prepared_statements").parse().unwrap();
    assert!(count < 8, "{count} prepared statements");
}
