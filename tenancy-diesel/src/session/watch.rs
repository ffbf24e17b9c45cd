use diesel::connection::{
    Connection as _, Instrumentation, InstrumentationEvent, get_default_instrumentation,
};
use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorKind, Error};

/// Listens to Diesel's events on one connection and passes them on to the application's instrumentation.
///
/// Two things matter to the next borrower and cannot be asked of the server: whether Diesel has learned the OID
/// of a type by its unqualified name (its cache ignores `search_path`, so the next tenant would get this
/// tenant's OID), and whether a statement failed in a way that a stale plan may have caused.
pub(super) struct Watch {
    seen: Seen,
    application: Option<Box<dyn Instrumentation>>,
}

/// What happened on a connection since the last check-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Diesel looked a type up by its unqualified name.
    pub(super) learned_type: bool,
    /// A statement failed with an error that Diesel does not classify.
    pub(super) odd_error: bool,
    /// PostgreSQL said that a cached plan no longer fits.
    pub(super) stale_plan: bool,
}

/// PostgreSQL's message for SQLSTATE 0A000 from `RevalidateCachedQuery` (plancache.c). Diesel passes on no
/// SQLSTATE; with another `lc_messages` it counts as an odd error, which also heals the connection.
pub(crate) const STALE_PLAN: &str = "cached plan must not change result type";

impl Watch {
    /// Starts listening on `conn`.
    pub(super) fn install(conn: &mut PgConnection) {
        conn.set_instrumentation(Self { seen: Seen::default(), application: get_default_instrumentation() });
    }

    /// What happened since the last call. `None` when the borrower installed an instrumentation of its own, so
    /// that nothing is known; this one is then installed again.
    pub(super) fn take(conn: &mut PgConnection) -> Option<Seen> {
        match conn.instrumentation().downcast_mut::<Self>() {
            Some(watch) => Some(std::mem::take(&mut watch.seen)),
            None => {
                Self::install(conn);
                None
            }
        }
    }
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match &event {
            // The lookup goes through the statement cache like any other query, so it is seen when it is first
            // prepared; `learned_type` then stays until the cache is emptied (diesel, pg/metadata_lookup.rs).
            InstrumentationEvent::CacheQuery { sql, .. }
                if sql.contains("\"pg_type\".\"typarray\"") && sql.contains("quote_ident(") =>
            {
                self.seen.learned_type = true;
            }
            InstrumentationEvent::FinishQuery {
                error: Some(Error::DatabaseError(DatabaseErrorKind::Unknown, info)),
                ..
            } => {
                self.seen.odd_error = true;
                self.seen.stale_plan |= info.message() == STALE_PLAN;
            }
            _ => {}
        }
        if let Some(application) = &mut self.application {
            application.on_connection_event(event);
        }
    }
}
