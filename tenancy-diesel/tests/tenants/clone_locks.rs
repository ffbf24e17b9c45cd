//! How many locks a clone takes, and what is said when the server has too few.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::blueprint::capture;
use tenancy_diesel::core::name::SchemaName;

use crate::large_schemas;
use crate::world::{World, value};

const HELD: &str = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()";

/// How many locks the script of a clone takes.
fn locks_of_a_clone(conn: &mut PgConnection) -> usize {
    let (template, clone) = ("base_template".parse::<SchemaName>().unwrap(), "counted".parse().unwrap());
    let script = capture(conn, &template).unwrap().render(&clone);
    let mut held = 0;
    conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
        conn.batch_execute(script.as_str())?;
        held = value(conn, HELD).parse().unwrap();
        Ok(())
    });
    held
}

#[test]
fn measured() {
    for sql in [
        large_schemas::tables("base_template", 1, 60),
        include_str!("../clone/templates/torture.sql").to_owned(),
        include_str!("../clone/templates/support_desk.sql").to_owned(),
    ] {
        let world = World::new(1);
        let mut conn = world.bare();
        if let Err(e) = conn.batch_execute(&format!(
            "SELECT tenancy.act_as_owner(NULL, false); SET search_path TO base_template; {sql}"
        )) {
            eprintln!("{e}");
        }
        let held = locks_of_a_clone(&mut conn);
        let relations = value(
            &mut conn,
            "WITH RECURSIVE taken(classid,objid) AS (SELECT classid, objid FROM pg_depend WHERE refclassid=2615 AND refobjid='base_template'::regnamespace UNION SELECT d.classid, d.objid FROM taken t JOIN pg_depend d ON d.refclassid=t.classid AND d.refobjid=t.objid) SELECT count(*) FILTER (WHERE classid=1259) || ' of ' || count(*) || ', ' || (SELECT count(*) FROM taken t JOIN pg_description d ON d.objoid = t.objid AND d.classoid=t.classid WHERE t.classid<>1259) FROM taken",
        );
        eprintln!("held {held}, relations {relations}");
    }
}
