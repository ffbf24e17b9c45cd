use std::fmt::{self, Display, Write};

use diesel::connection::{
    Connection as _, Instrumentation, InstrumentationEvent, get_default_instrumentation,
};
use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorKind, Error};

use crate::error::STALE_PLAN;

/// Listens to Diesel's events on one connection and passes them on to the application's instrumentation.
///
/// Two things matter to the next borrower and cannot be asked of the server: whether Diesel has learned the OID
/// of a type by its unqualified name (its cache ignores `search_path`, so the next tenant would get this
/// tenant's OID), and whether a statement failed in a way that a stale plan may have caused.
pub(super) struct Watch {
    seen: Seen,
    prepared: u32,
    application: Option<Box<dyn Instrumentation>>,
}

/// What happened on a connection since the last check-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Diesel looked a type up by its unqualified name.
    pub(super) learned_type: bool,
    /// A statement failed with an error that Diesel does not classify, or before it was sent.
    pub(super) odd_error: bool,
    /// PostgreSQL said that a cached plan no longer fits.
    pub(super) stale_plan: bool,
    /// How many statements Diesel prepared since this was installed.
    pub(super) prepared: u32,
}

impl Watch {
    /// Starts listening on `conn`.
    pub(super) fn install(conn: &mut PgConnection) {
        conn.set_instrumentation(Self {
            seen: Seen::default(),
            prepared: 0,
            application: get_default_instrumentation(),
        });
    }

    /// What happened since the last call. `None` when the borrower installed an instrumentation of its own, so
    /// that nothing is known.
    pub(super) fn take(conn: &mut PgConnection) -> Option<Seen> {
        let watch = conn.instrumentation().downcast_mut::<Self>()?;
        Some(Seen { prepared: watch.prepared, ..std::mem::take(&mut watch.seen) })
    }
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match &event {
            InstrumentationEvent::CacheQuery { .. } => {
                // Also when PostgreSQL then refuses to prepare it; that is an odd error.
                self.prepared += 1;
            }
            // Nothing else tells: the look-up is not cached as a statement, and Diesel's cache of types cannot be
            // counted. Building the text of a query costs a fraction of sending it.
            InstrumentationEvent::StartQuery { query, .. } if !self.seen.learned_type => {
                self.seen.learned_type = starts_with(query, TYPE_LOOK_UP);
            }
            InstrumentationEvent::FinishQuery { error: Some(error), .. } => match error {
                Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
                    self.seen.odd_error = true;
                    self.seen.stale_plan |= info.message() == STALE_PLAN;
                }
                // A constraint, a conflict, a closed connection: no statement is to blame.
                Error::DatabaseError(..) => {}
                // Among others a type that does not exist: its statement was counted and never prepared.
                _ => self.seen.odd_error = true,
            },
            _ => {}
        }
        if let Some(application) = &mut self.application {
            application.on_connection_event(event);
        }
    }
}

/// How Diesel asks for the OID of a type whose schema is not given (diesel, pg/metadata_lookup.rs); with a
/// schema it joins `pg_namespace`, and then the answer is the same for every tenant.
const TYPE_LOOK_UP: &str = r#"SELECT "pg_type"."oid", "pg_type"."typarray" FROM "pg_type" WHERE"#;

/// Whether `text` starts with `prefix`, formatting no more of it than needed.
fn starts_with(text: &dyn Display, prefix: &str) -> bool {
    struct Compare<'a>(&'a str);
    impl Write for Compare<'_> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            let compared = piece.len().min(self.0.len());
            match piece.as_bytes()[..compared] == self.0.as_bytes()[..compared] {
                // An error stops the formatting, also once the prefix is complete.
                true if compared < self.0.len() => self.0 = &self.0[compared..],
                true => {
                    self.0 = "";
                    return Err(fmt::Error);
                }
                false => return Err(fmt::Error),
            }
            Ok(())
        }
    }
    let mut compare = Compare(prefix);
    let _ = write!(compare, "{text}");
    compare.0.is_empty()
}
