use std::time::Duration;

use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};

/// A session that does what every request does, to see how long it takes.
pub(super) struct Probe {
    conn: PgConnection,
    slug: String,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Given,
    /// Somebody holds the registry, or the server gave up.
    Refused,
    /// The connection is gone.
    Lost,
}

#[derive(QueryableByName)]
struct Slug {
    #[diesel(sql_type = Text)]
    slug: String,
}

/// As [`Probe::SLOW`].
const SET_UP: &str = "SET application_name TO 'tenancy latency probe'; SET statement_timeout TO '1s'; \
    SET search_path TO pg_catalog, pg_temp";

impl Probe {
    /// The server ends what takes longer.
    pub(super) const SLOW: Duration = Duration::from_secs(1);

    /// Connects, chooses a tenant to look for, and asks once: a session's first statement fills its caches.
    pub(super) fn connect(url: &str) -> Option<Self> {
        let mut conn = PgConnection::establish(url).ok()?;
        // A hundred statements a second are nothing that the application should hear of.
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        conn.batch_execute(SET_UP).ok()?;
        let first = "SELECT slug FROM tenancy.tenants ORDER BY slug LIMIT 1";
        let row: Option<Slug> = sql_query(first).get_result(&mut conn).optional().ok()?;
        // Looking for nobody goes through the index as well.
        let mut probe = Self { conn, slug: row.map(|row| row.slug).unwrap_or_default() };
        (probe.ask() == Answer::Given).then_some(probe)
    }

    pub(super) fn ask(&mut self) -> Answer {
        let sql = "SELECT status FROM tenancy.tenants WHERE slug OPERATOR(pg_catalog.=) $1";
        match sql_query(sql).bind::<Text, _>(&self.slug).execute(&mut self.conn) {
            Ok(_) => Answer::Given,
            Err(_) if self.conn.batch_execute("SELECT 1").is_ok() => Answer::Refused,
            Err(_) => Answer::Lost,
        }
    }
}
