//! How many locks a clone takes, and what is said when the server has too few.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::blueprint::capture;
use tenancy_diesel::core::name::SchemaName;
use tenancy_diesel::{Error, NewTenant, Tenancy};

use crate::desk::slug;
use crate::locked::LockedServer;
use crate::world::{try_value, value};

/// Objects that this transaction has locked; each may be locked in several modes, which takes no further room.
const HELD: &str =
    "SELECT count(*) FROM (SELECT DISTINCT locktype, relation, classid, objid, objsubid FROM pg_locks
    WHERE pid = pg_backend_pid() AND NOT fastpath) held";

/// How many locks the script of a clone takes.
fn locks_of_a_clone(conn: &mut PgConnection) -> usize {
    let (template, clone): (SchemaName, SchemaName) =
        ("base_template".parse().unwrap(), "counted".parse().unwrap());
    let script = capture(conn, &template).unwrap().render(&clone);
    conn.test_transaction(|conn| {
        conn.batch_execute(script.as_str())?;
        try_value(conn, HELD).map(|held| held.parse().unwrap())
    })
}

#[test]
fn a_clone_that_finds_no_room_in_the_lock_table_says_how_much_it_takes() {
    let server = LockedServer::start(10, 20);
    let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
    tenancy.init().unwrap();
    server.fill("base_template", 250);
    let refused = tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap_err();
    let Error::OutOfLocks { needed, slots, remedy, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(slots, 200);
    let said = refused.to_string();
    assert!(said.contains(&format!("set `max_locks_per_transaction` to {remedy}")), "{said}");
    assert_eq!(value(&mut server.bare(), "SELECT count(*) FROM tenancy.tenants"), "0", "nothing is left");

    // With what is recommended, it works, and what was said is true.
    let server = LockedServer::start(u32::try_from(remedy).unwrap(), 20);
    let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
    tenancy.init().unwrap();
    server.fill("base_template", 250);
    tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    let taken = locks_of_a_clone(&mut server.bare());
    assert!(taken <= needed && needed <= taken + 40, "{taken} are taken, {needed} were said");
}
