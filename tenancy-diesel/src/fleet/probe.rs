use std::time::Duration;

use diesel::PgConnection;
use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use crate::registry::schema::tenants;

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
        let first = tenants::table.select(tenants::slug).order(tenants::slug);
        let slug: Option<String> = first.first(&mut conn).optional().ok()?;
        // Looking for nobody goes through the index as well.
        let mut probe = Self { conn, slug: slug.unwrap_or_default() };
        (probe.ask() == Answer::Given).then_some(probe)
    }

    pub(super) fn ask(&mut self) -> Answer {
        let status = tenants::table.filter(tenants::slug.eq(&self.slug)).select(tenants::status);
        match status.first::<String>(&mut self.conn).optional() {
            Ok(_) => Answer::Given,
            Err(_) if self.conn.batch_execute("SELECT 1").is_ok() => Answer::Refused,
            Err(_) => Answer::Lost,
        }
    }
}
