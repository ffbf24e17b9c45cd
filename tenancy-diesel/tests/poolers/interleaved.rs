//! Tenants that take turns on one session.

use std::thread;

use diesel::prelude::*;

use crate::behind::{Behind, notes, owners, write};
use crate::world::value;

const THREADS: usize = 8;
const TURNS: usize = 40;

#[test]
fn two_tenants_from_eight_threads_share_one_session_and_nothing_else() {
    let behind = Behind::pooler_of(1);
    behind.world.sql(
        "CREATE TABLE public.notes (id serial PRIMARY KEY, owner text NOT NULL, body text NOT NULL);
         INSERT INTO public.notes (owner, body) VALUES ('PUBLIC', 'never')",
    );
    let tenants = [behind.tenant("acme"), behind.tenant("globex")];
    let sessions: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (behind, tenants) = (&behind, &tenants);
                scope.spawn(move || {
                    let mut sessions = Vec::new();
                    for turn in 0..TURNS {
                        let tenant = &tenants[(thread + turn) % 2];
                        let slug = tenant.slug.as_str();
                        let body = format!("{thread} {turn}");
                        let (session, acts_as) = behind
                            .run(tenant, |conn| {
                                assert_eq!(owners(conn)?, [slug]);
                                write(conn, slug, &body)?;
                                assert_eq!(owners(conn)?, [slug]);
                                let own = notes::table.filter(notes::body.eq(&body)).count();
                                assert_eq!(own.get_result::<i64>(conn)?, 1);
                                Ok((value(conn, "pg_backend_pid()"), value(conn, "current_user")))
                            })
                            .unwrap();
                        assert_eq!(acts_as, tenant.role.as_ref().unwrap().as_str());
                        sessions.push(session);
                    }
                    sessions
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(sessions.len(), THREADS * TURNS);
    assert!(sessions.iter().all(|session| *session == sessions[0]), "one session served all");
    for slug in ["acme", "globex"] {
        let written = value(
            &mut behind.world.bare(),
            &format!(
                "SELECT count(*) || ' of ' || string_agg(DISTINCT owner, ', ') FROM tenant_{slug}.notes"
            ),
        );
        assert_eq!(written, format!("{} of {slug}", THREADS * TURNS / 2 + 1));
    }
    assert_eq!(value(&mut behind.world.bare(), "SELECT count(*) FROM public.notes"), "1");
}

#[test]
fn work_that_fails_leaves_nothing_and_the_next_tenant_is_served() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    for failing in 0..4 {
        let result = behind.run(&acme, |conn| {
            write(conn, "acme", "not to be")?;
            match failing {
                // A statement that fails, and an error that is returned.
                0 => diesel::sql_query("SELECT 1/0").execute(conn).map(drop),
                // An error that is swallowed: plain Diesel would report a COMMIT that was a rollback as success.
                1 => {
                    let _ = diesel::sql_query("SELECT 1/0").execute(conn);
                    Ok(())
                }
                2 => Err(diesel::result::Error::RollbackTransaction),
                // A savepoint that is rolled back, and then the rest.
                _ => {
                    let inner: Result<(), _> = conn.transaction(|conn| {
                        write(conn, "acme", "inner")?;
                        diesel::sql_query("SELECT 1/0").execute(conn).map(drop)
                    });
                    assert!(inner.is_err());
                    Err(diesel::result::Error::NotFound)
                }
            }
        });
        assert!(result.is_err(), "{failing}");
        assert_eq!(behind.run(&globex, owners).unwrap(), ["globex"]);
        let left = behind.run(&acme, |conn| notes::table.count().get_result::<i64>(conn)).unwrap();
        assert_eq!(left, 1, "{failing}");
    }
}

#[test]
fn savepoints_work_as_in_any_transaction() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    behind
        .run(&acme, |conn| {
            conn.transaction(|conn| write(conn, "acme", "kept"))?;
            let undone: Result<(), diesel::result::Error> = conn.transaction(|conn| {
                write(conn, "acme", "undone")?;
                Err(diesel::result::Error::RollbackTransaction)
            });
            assert!(undone.is_err());
            Ok(())
        })
        .unwrap();
    let bodies =
        behind.run(&acme, |conn| notes::table.select(notes::body).order(notes::id).load::<String>(conn));
    assert_eq!(bodies.unwrap(), ["first", "kept"]);
}

#[test]
fn a_panic_costs_the_connection_and_nothing_else() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    let panicked = thread::scope(|scope| {
        let panicking = || {
            behind.run(&acme, |conn| -> crate::behind::Work<()> {
                write(conn, "acme", "unfinished")?;
                panic!("in the work");
            })
        };
        scope.spawn(panicking).join()
    });
    assert!(panicked.is_err());
    assert_eq!(behind.run(&globex, owners).unwrap(), ["globex"]);
    assert_eq!(behind.run(&acme, |conn| notes::table.count().get_result::<i64>(conn)).unwrap(), 1);
}
