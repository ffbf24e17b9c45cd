//! Ids of one tenant in another. Every tenant's notes count from one.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tenancy_diesel::{Error, NewTenant, RunError, Scoped, TenantConnection, TenantDb, WrongTenant};

use crate::notes::{notes, slug};
use crate::world::World;

fn owner_of(conn: &mut PgConnection, id: i32) -> QueryResult<String> {
    notes::table.find(id).select(notes::owner).first(conn)
}

/// As a handler would: the id is opened on the connection that reads the row.
fn scoped_owner(conn: &mut TenantConnection, note: &Scoped<i32>) -> Result<String, Error> {
    let id = TenantConnection::open(conn, note)?;
    Ok(owner_of(conn, id)?)
}

fn first_note(conn: &mut TenantConnection) -> Scoped<i32> {
    let id = notes::table.select(notes::id).order(notes::id).first(&mut **conn).unwrap();
    TenantConnection::scope(conn, id)
}

#[test]
fn an_id_of_one_tenant_reads_nothing_in_another() {
    let world = World::new(2);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let (mut a, mut b) = (world.conn(&acme), world.conn(&globex));

    let id: i32 = notes::table.select(notes::id).first(&mut *a).unwrap();
    assert_eq!(owner_of(&mut b, id).unwrap(), "globex", "the trap: a bare id finds the other tenant's row");

    let note = first_note(&mut a);
    assert_eq!(scoped_owner(&mut a, &note).unwrap(), "acme");
    let refused = WrongTenant { owner: acme.id, used_in: globex.id, slug: slug("globex") };
    assert!(matches!(scoped_owner(&mut b, &note), Err(Error::WrongTenant(error)) if error == refused));
}

#[test]
fn what_was_kept_elsewhere_is_checked_when_it_comes_back() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let note = first_note(&mut world.conn(&acme));
    let kept = [serde_json::to_string(&note).unwrap(), note.to_string()];
    let [json, text] = kept;
    for note in [serde_json::from_str::<Scoped<i32>>(&json).unwrap(), text.parse().unwrap()] {
        assert!(matches!(scoped_owner(&mut world.conn(&globex), &note), Err(Error::WrongTenant(_))));
        // A worker learns from the value where it has to work.
        assert_eq!(note.tenant(), acme.id);
        assert_eq!(scoped_owner(&mut world.conn(&acme), &note).unwrap(), "acme");
    }
}

#[test]
fn a_tenant_that_was_renamed_keeps_its_ids_and_its_successor_does_not_get_them() {
    let world = World::new(1);
    let note = first_note(&mut world.conn(&world.tenant("acme")));
    world.tenancy.provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    let successor = world.tenant("acme");
    assert_eq!(scoped_owner(&mut world.conn(&world.find("apex")), &note).unwrap(), "acme");
    assert!(matches!(scoped_owner(&mut world.conn(&successor), &note), Err(Error::WrongTenant(_))));
}

#[test]
fn ids_of_a_dropped_tenant_mean_nothing_to_the_next_of_that_name() {
    let world = World::new(1);
    let note = first_note(&mut world.conn(&world.tenant("acme")));
    world.tenancy.provisioner().drop(&slug("acme")).unwrap();
    world.tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    let mut conn = world.conn(&world.find("acme"));
    assert!(matches!(scoped_owner(&mut conn, &note), Err(Error::WrongTenant(_))));
}

async fn owner(db: &TenantDb, note: Scoped<i32>) -> Result<String, Error> {
    let id = db.open(&note)?;
    Ok(db.run(move |conn| owner_of(conn, id)).await?)
}

#[test]
fn the_async_side_checks_before_it_asks_for_a_connection() {
    let world = World::new(1);
    let (acme, globex) = (world.tenant("acme"), world.tenant("globex"));
    let (a, b) = (world.tenancy.db(acme), world.tenancy.db(globex));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let id = a.run(|conn| notes::table.select(notes::id).first(conn)).await.unwrap();
        let note = a.scope(id);
        assert_eq!(owner(&a, note).await.unwrap(), "acme");

        // The only connection is lent out; the refusal does not wait for it.
        let held = world.conn(a.tenant());
        assert!(matches!(owner(&b, note).await, Err(Error::WrongTenant(_))));
        drop(held);

        // Inside of the work, by a clone that goes along.
        let here = b.clone();
        let worked =
            b.run(move |conn| -> Result<String, Error> { Ok(owner_of(conn, here.open(&note)?)?) }).await;
        assert!(matches!(worked, Err(RunError::Work(Error::WrongTenant(_)))));
        let unknown = b.run(|conn| owner_of(conn, -1)).await;
        assert!(matches!(unknown, Err(RunError::Work(DieselError::NotFound))));
    });
}
