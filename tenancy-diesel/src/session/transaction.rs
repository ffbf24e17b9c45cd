//! One pinned transaction after the other on a connection whose sessions are not ours.

use std::mem;
use std::num::NonZeroU32;
use std::sync::Arc;

use diesel::connection::{
    AnsiTransactionManager, CacheSize, Connection as _, InstrumentationEvent, TransactionManager as _,
};
use diesel::pg::{GetPgMetadataCache as _, PgMetadataCache};
use diesel::result::Error as DieselError;
use tenancy_core::isolation::{Access, CONTROL_PATH, Refusal, SessionPlan, TransactionFrame};
use tenancy_core::script::Script;

use super::lookout::Lookout;
use super::session::{PinError, Session, State, next_pin};

/// Why a transaction was not committed.
#[derive(Debug)]
pub(crate) enum Uncommitted {
    /// The work did what a pinned transaction cannot have.
    Refused(Refusal),
    /// PostgreSQL refused the commit, or the connection was lost, and then nobody knows.
    Query(DieselError),
}

impl Session {
    /// Begins a transaction of `plan`'s tenant, in one round trip. The session behind the connection may be another
    /// one each time.
    pub(crate) fn begin(&mut self, plan: &SessionPlan, access: Access) -> Result<(), PinError> {
        let pin = next_pin();
        let batch = self.frame().begin(plan, &pin, access);
        self.begin_with(&batch, State::Begun { pin, search_path: plan.search_path().to_owned() })
    }

    /// Begins a transaction of the control plane, in one round trip. It ends at the check-in and cannot write.
    pub(super) fn begin_control(&mut self) -> Result<(), PinError> {
        let batch = self.frame().begin_control();
        self.begin_with(&batch, State::Begun { pin: next_pin(), search_path: CONTROL_PATH.to_owned() })
    }

    fn begin_with(&mut self, batch: &Script, begun: State) -> Result<(), PinError> {
        let State::Begun { pin, .. } = &begun else {
            return Err(PinError::Broken(DieselError::BrokenTransactionManager));
        };
        Lookout::renew(&mut self.conn, pin);
        self.state = State::Failed;
        // Neither statements nor the OIDs of types that Diesel remembers fit the next session, and tenant. (Also
        // makes up for a borrower that switched the cache on.)
        self.conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        *self.conn.get_metadata_cache() = PgMetadataCache::new();
        match AnsiTransactionManager::begin_transaction_sql(&mut self.conn, batch.as_str()) {
            Ok(()) => {
                self.state = begun;
                Ok(())
            }
            Err(error) => {
                // PostgreSQL holds an aborted transaction that Diesel knows nothing of.
                self.state = begun;
                self.roll_back();
                Err(match (&self.state, message(&error)) {
                    (State::Failed, _) => PinError::Broken(error),
                    (_, Some("tenancy: busy")) => PinError::Busy,
                    (_, Some("tenancy: stale")) => PinError::Stale,
                    (_, Some("tenancy: schema missing")) => PinError::SchemaMissing,
                    _ => PinError::Query(error),
                })
            }
        }
    }

    /// Proves that the transaction is still the one that was begun, and commits it, in one round trip. On any error
    /// it was rolled back.
    pub(crate) fn commit(&mut self) -> Result<(), Uncommitted> {
        let result = self.try_commit();
        if result.is_err() {
            self.roll_back();
        }
        result
    }

    fn try_commit(&mut self) -> Result<(), Uncommitted> {
        let (pin, search_path) = match &self.state {
            State::Begun { pin, search_path } => (pin.clone(), search_path.clone()),
            _ => return Err(Uncommitted::Refused(Refusal::Ended)),
        };
        let depth =
            AnsiTransactionManager::transaction_manager_status_mut(&mut self.conn).transaction_depth();
        match depth.map_err(Uncommitted::Query)?.map(NonZeroU32::get) {
            Some(1) => {}
            // Diesel saw that PostgreSQL was idle.
            None => return Err(Uncommitted::Refused(Refusal::Ended)),
            Some(_) => return Err(Uncommitted::Refused(Refusal::Nested)),
        }
        if let Some(refusal) = Lookout::noted(&mut self.conn) {
            return Err(Uncommitted::Refused(refusal));
        }
        self.tell(InstrumentationEvent::commit_transaction(NonZeroU32::MIN));
        let batch = self.frame().commit(&pin, &search_path);
        // As in the gate: only a session that is idle afterwards makes this Diesel's "valid" again.
        self.send(batch.as_str()).map_err(|error| match message(&error).and_then(Refusal::of_message) {
            Some(refusal) => Uncommitted::Refused(refusal),
            None => Uncommitted::Query(error),
        })?;
        // It is committed, whatever becomes of the connection now.
        let settled = self.settle().is_ok() && Lookout::is_of(&mut self.conn, &pin);
        self.state = if settled { State::Clean } else { State::Failed };
        Ok(())
    }

    /// Whether the transaction that was begun is over already, as far as Diesel saw it end.
    pub(crate) fn has_ended(&mut self) -> bool {
        let status = AnsiTransactionManager::transaction_manager_status_mut(&mut self.conn);
        matches!(status.transaction_depth(), Ok(None))
    }

    /// Rolls back whatever is open, and wipes the session, in one round trip. A connection that this fails on is
    /// discarded at the check-in; a pooler then closes the session as well.
    ///
    /// So is one that is not ours: the borrower exchanged it for another, of another login perhaps.
    pub(crate) fn roll_back(&mut self) {
        let ours = match mem::replace(&mut self.state, State::Failed) {
            State::Begun { pin, .. } => Lookout::is_of(&mut self.conn, &pin),
            _ => false,
        };
        self.tell(InstrumentationEvent::rollback_transaction(NonZeroU32::MIN));
        let batch = self.frame().roll_back();
        if self.wipe(batch.as_str()).is_ok() && ours {
            self.state = State::Clean;
        }
    }

    /// What [`check_in`](Session::check_in) is where only transactions are pinned: a loan that was dropped in the
    /// middle of one ends it. `false`: discard the connection.
    pub(super) fn check_in_line(&mut self) -> bool {
        // While a panic unwinds nothing is known about the borrower's half-done work.
        if std::thread::panicking() {
            return false;
        }
        if let State::Begun { .. } = self.state {
            self.roll_back();
        }
        matches!(self.state, State::Clean)
    }

    /// The application's instrumentation hears of it as if Diesel had done it.
    fn tell(&mut self, event: InstrumentationEvent<'_>) {
        self.conn.instrumentation().on_connection_event(event);
    }

    /// Connections of the other scope never come here; they would get the frame of one without settings.
    fn frame(&self) -> Arc<TransactionFrame> {
        self.frame.clone().unwrap_or_else(|| Arc::new(TransactionFrame::new(&Default::default())))
    }
}

fn message(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, info) => Some(info.message()),
        _ => None,
    }
}
