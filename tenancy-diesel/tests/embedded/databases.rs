//! One server for a test process, one database for a test.

use diesel::prelude::*;
use diesel::sql_types::Integer;
use tenancy_diesel::embedded::test_server;

use crate::word;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

#[test]
fn text_beyond_ascii_folds_its_case() {
    let database = test_server().fresh_database();
    assert_eq!(word(database.url(), "SELECT lower('ÉCOLE') AS word"), "école");
}

#[test]
fn every_test_has_a_database_of_its_own_that_goes_away_with_it() {
    let server = test_server();
    let (one, two) = (server.fresh_database(), server.fresh_database());
    let mut open = PgConnection::establish(one.url()).unwrap();
    diesel::sql_query("CREATE TABLE mine ()").execute(&mut open).unwrap();
    let absent = word(two.url(), "SELECT coalesce(to_regclass('mine')::text, 'absent') AS word");
    assert_eq!(absent, "absent");

    let count = format!("SELECT count(*)::int AS number FROM pg_database WHERE datname = '{}'", one.name());
    let databases = || {
        let mut connection = PgConnection::establish(two.url()).unwrap();
        diesel::sql_query(&count).get_result::<Number>(&mut connection).unwrap().number
    };
    assert_eq!(databases(), 1);
    drop(one); // although a connection to it is open
    assert_eq!(databases(), 0);
}
