//! What a transaction does to its session reaches no other client of the pooler.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::behind::{Behind, LOCKS, owners};
use crate::world::value;

/// What somebody leaves in a session, and what would show it.
const LEFT: [(&str, &str); 12] = [
    ("SET statement_timeout = '77s'", "current_setting('statement_timeout')"),
    ("SET default_transaction_isolation = 'serializable'", "current_setting('transaction_isolation')"),
    ("SET default_transaction_read_only = on", "current_setting('transaction_read_only')"),
    ("SET session_replication_role = replica", "current_setting('session_replication_role')"),
    ("SET search_path = tenant_acme", "current_setting('search_path')"),
    // One that was never set is NULL, one that was reset an empty text.
    (
        "SET tenancy.tenant = 'x'; SET my.own = 'x'",
        "coalesce(nullif(current_setting('my.own', true), ''), 'none')",
    ),
    ("SET ROLE pg_monitor", "current_user"),
    ("SET bytea_output = 'escape'", "current_setting('bytea_output')"),
    ("CREATE TEMP TABLE left_behind (id int)", "to_regclass('pg_temp.left_behind')"),
    ("SELECT pg_advisory_lock(7)", LOCKS),
    ("PREPARE left_behind AS SELECT 'secret'", "SELECT count(*) FROM pg_prepared_statements"),
    ("LISTEN left_behind", "SELECT count(*) FROM pg_listening_channels()"),
];

/// Shown on bare connections first: each is real behind a pooler.
#[test]
fn on_bare_connections_every_trap_is_real() {
    let behind = Behind::pooler_of(1);
    behind.tenant("acme");
    for (left, shown) in LEFT {
        let mut fresh = PgConnection::establish(&behind.url()).unwrap();
        fresh.batch_execute("DISCARD ALL").unwrap();
        let before = in_transaction(&mut fresh, shown);
        let mut leaver = PgConnection::establish(&behind.url()).unwrap();
        leaver.batch_execute(left).unwrap();
        assert_ne!(in_transaction(&mut fresh, shown), before, "{left}");
        fresh.batch_execute("DISCARD ALL").unwrap();
    }
}

fn in_transaction(conn: &mut PgConnection, expression: &str) -> String {
    conn.transaction(|conn| Ok::<_, diesel::result::Error>(value(conn, expression))).unwrap()
}

/// Left by clients that know nothing of tenants, and by work that ended its transaction by hand.
#[test]
fn what_others_left_in_the_session_does_not_reach_a_transaction() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    for (left, shown) in LEFT {
        let ground = behind.run(&globex, |conn| Ok(value(conn, shown))).unwrap();
        let mut stranger = PgConnection::establish(&behind.url()).unwrap();
        stranger.batch_execute(left).unwrap();
        assert_eq!(behind.run(&globex, |conn| Ok(value(conn, shown))).unwrap(), ground, "stranger: {left}");
        let ended = behind.run(&acme, |conn| conn.batch_execute(&format!("COMMIT; {left}")));
        assert!(ended.is_err(), "{left}");
        assert_eq!(behind.run(&globex, |conn| Ok(value(conn, shown))).unwrap(), ground, "ended: {left}");
        assert_eq!(behind.run(&globex, owners).unwrap(), ["globex"], "{left}");
    }
}

/// Whether it was committed, refused or rolled back: a client that wipes nothing finds nothing.
#[test]
fn what_a_transaction_leaves_does_not_reach_strangers() {
    let behind = Behind::pooler_of(1);
    let acme = behind.tenant("acme");
    for (left, shown) in LEFT {
        for fails in [false, true] {
            let mut stranger = PgConnection::establish(&behind.url()).unwrap();
            stranger.batch_execute("DISCARD ALL").unwrap();
            stranger.batch_execute("SET TimeZone = 'Europe/Paris'").unwrap();
            // As the login, which may do more of it than the tenant's role.
            let _ = behind.run(&acme, |conn| {
                conn.batch_execute("RESET ROLE")?;
                conn.batch_execute(left)?;
                if fails { Err(diesel::result::Error::NotFound) } else { Ok(()) }
            });
            let found = in_transaction(&mut stranger, shown);
            stranger.batch_execute("DISCARD ALL").unwrap();
            stranger.batch_execute("SET TimeZone = 'Europe/Paris'").unwrap();
            assert_eq!(found, in_transaction(&mut stranger, shown), "{left}, fails: {fails}");
            let path = in_transaction(&mut stranger, "current_setting('search_path')");
            assert_eq!(path, r#""$user", public"#, "{left}");
        }
    }
}

/// Statements that the next session does not have, and types that are another's.
#[test]
fn types_of_the_same_name_work_on_one_session() {
    let behind = Behind::pooler_of(1);
    let (acme, globex) = (behind.tenant("acme"), behind.tenant("globex"));
    for tenant in [&acme, &globex] {
        let (slug, role) = (tenant.slug.as_str(), tenant.role.as_ref().unwrap());
        behind.world.sql(&format!(
            "CREATE TYPE tenant_{slug}.mood AS ENUM ('sad', 'glad');
             CREATE TABLE tenant_{slug}.moods (id serial PRIMARY KEY, mood tenant_{slug}.mood NOT NULL);
             GRANT SELECT, INSERT ON tenant_{slug}.moods TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA tenant_{slug} TO {role}"
        ));
    }
    for tenant in [&acme, &globex].iter().cycle().take(6) {
        let moods: Vec<Mood> = behind
            .run(tenant, |conn| {
                diesel::insert_into(moods::table)
                    .values(moods::mood.eq(Mood("glad".into())))
                    .execute(conn)?;
                moods::table.select(moods::mood).filter(moods::mood.eq(Mood("glad".into()))).load(conn)
            })
            .unwrap();
        assert!(!moods.is_empty());
    }
}

#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood"))]
#[allow(unreachable_pub, reason = "Diesel's table! makes public items, which cannot leak a private type")]
pub struct MoodType;

#[derive(Debug, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = MoodType)]
struct Mood(String);

diesel::table! {
    use diesel::sql_types::Integer;
    use super::MoodType;
    moods (id) { id -> Integer, mood -> MoodType, }
}

impl diesel::serialize::ToSql<MoodType, diesel::pg::Pg> for Mood {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(diesel::serialize::IsNull::No)
    }
}

impl diesel::deserialize::FromSql<MoodType, diesel::pg::Pg> for Mood {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self(String::from_utf8(bytes.as_bytes().to_vec())?))
    }
}
