//! Sequences.

use diesel::connection::SimpleConnection as _;

use crate::same::{clones, same};
use crate::template::value;

clones! {
    every_option: "
        CREATE SEQUENCE plain; CREATE SEQUENCE \"Down it's\" AS smallint INCREMENT -3 MINVALUE -50 MAXVALUE 50 START 20 CACHE 9 CYCLE;
        CREATE SEQUENCE i AS integer START 2147483647 NO CYCLE; CREATE SEQUENCE low MINVALUE -9223372036854775808 START -9223372036854775808;
        CREATE /*15+ UNLOGGED */ SEQUENCE fast; CREATE UNLOGGED TABLE u (id serial);
        COMMENT ON SEQUENCE plain IS 'base_template';";
    owned_by_columns: "
        CREATE TABLE t (a serial, b bigserial PRIMARY KEY, c integer); CREATE SEQUENCE s OWNED BY t.c;
        CREATE TABLE \"T t\" (\"C c\" integer); CREATE SEQUENCE \"S s\" OWNED BY \"T t\".\"C c\"; CREATE SEQUENCE two OWNED BY t.c;
        CREATE TABLE lost (a serial); ALTER SEQUENCE lost_a_seq OWNED BY NONE;
        ALTER SEQUENCE t_a_seq RENAME TO another_name;";
    owned_by_a_column_that_another_counts: "
        CREATE TABLE t (a serial); CREATE TABLE u (a integer DEFAULT nextval('t_a_seq')); CREATE VIEW v AS SELECT nextval('t_a_seq') AS n;";
}

#[test]
fn a_sequence_shared_by_two_tables_is_shared_in_the_clone() {
    let (_database, mut conn) = same(
        "CREATE SEQUENCE shared START 10;
         CREATE TABLE a (id integer DEFAULT nextval('shared')); CREATE TABLE b (id integer DEFAULT nextval('shared'))",
    );
    conn.batch_execute("INSERT INTO tenant_acme.a DEFAULT VALUES; INSERT INTO tenant_acme.b DEFAULT VALUES")
        .unwrap();
    assert_eq!(value(&mut conn, "SELECT id FROM tenant_acme.b").as_deref(), Some("11"));
    assert_eq!(value(&mut conn, "SELECT is_called FROM base_template.shared").as_deref(), Some("false"));
}
