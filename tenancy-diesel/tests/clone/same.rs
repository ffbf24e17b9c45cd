//! A clone is the same as its template: by `pg_dump`, and by every column of every catalogue row.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;

use crate::support::database::Database;
use crate::support::dump::assert_same;
use crate::template::{clone, for_server, values};

/// Makes a template by `sql`, clones it as `tenant_acme` and compares the two.
#[track_caller]
pub(crate) fn same(sql: &str) -> (Database, PgConnection) {
    let database = Database::fresh();
    let mut conn = database.connect();
    conn.batch_execute("CREATE SCHEMA base_template; SET search_path = base_template, public; SET client_min_messages = warning").unwrap();
    let sql = for_server(&mut conn, sql);
    conn.batch_execute(&sql).unwrap();
    conn.batch_execute("RESET search_path").unwrap();
    clone(&mut conn, "tenant_acme").unwrap();
    assert_same(&database, "base_template", "tenant_acme");
    assert_same_rows(&mut conn, "base_template", "tenant_acme");
    (database, conn)
}

/// Asserts that the catalogues hold the same of two schemas.
#[track_caller]
pub(crate) fn assert_same_rows(conn: &mut PgConnection, template: &str, clone: &str) -> usize {
    conn.batch_execute("SET search_path = ''").unwrap();
    let mut lines = |schema: &str| values(conn, include_str!("catalogues.sql"), schema);
    let (expected, found) = (lines(template), lines(clone));
    let lost: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
    let added: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(lost.is_empty() && added.is_empty(), "LOST\n{lost:#?}\nADDED\n{added:#?}");
    assert_eq!(expected.len(), found.len());
    expected.len()
}

/// A test for each template: its clone is the same.
macro_rules! clones {
    ($($test:ident: $sql:expr;)*) => {
        $(#[test] fn $test() { $crate::same::same($sql); })*
    };
}
pub(crate) use clones;
