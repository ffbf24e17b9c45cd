use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{
    AnsiTransactionManager, CacheSize, Connection as _, SimpleConnection as _, TransactionManager as _,
};
use diesel::pg::{GetPgMetadataCache as _, PgConnection, PgMetadataCache};
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl as _, sql_query};
use tenancy_core::isolation::{CONTROL_PATH, Gate, SessionPlan, Statements, TransactionFrame};
use tenancy_core::tenant::TenantId;

use super::memory::Memory;
use super::own_types::OwnTypes;
use super::pin::{Pin, Resolved};
use super::uneven::Uneven;
use super::watch::Watch;

/// A connection of a pool and what we know about it.
pub(crate) struct Session {
    pub(super) conn: PgConnection,
    pub(super) state: State,
    memory: Memory,
    /// What surrounds transactions, where only they are pinned.
    pub(super) frame: Option<Arc<TransactionFrame>>,
}

/// Where a session stands.
pub(super) enum State {
    /// Nothing was done to it since it was made or wiped.
    Clean,
    /// It may have been touched: the gate must let it through.
    Pinned { pin: String, search_path: String, tenant: Option<TenantId> },
    /// A transaction is pinned and open.
    Begun { pin: String, search_path: String },
    /// A pin failed half-way. It never becomes idle again.
    Failed,
}

/// Why a session was not pinned.
#[derive(Debug)]
pub(crate) enum PinError {
    /// The registry has no active tenant of this id and slug at this schema; the session is untouched.
    Stale,
    /// The tenant is being dropped or renamed; the session is untouched.
    Busy,
    /// The schema does not exist: the path would have fallen through to a shared schema.
    SchemaMissing,
    /// The connection is dead; another may live.
    Broken(DieselError),
    /// PostgreSQL refused the statement.
    Query(DieselError),
}

/// Numbers every pin of this process, over all pools, so that no two sessions ever carry the same one.
static PINS: AtomicU64 = AtomicU64::new(1);

impl Session {
    /// A session on a new connection, on which nothing was prepared yet.
    pub(super) fn new(conn: PgConnection, uneven: Arc<Uneven>, own_types: Arc<OwnTypes>) -> Self {
        let mut session =
            Self { conn, state: State::Clean, memory: Memory::new(uneven, own_types), frame: None };
        session.start_anew();
        session
    }

    /// A connection of which only transactions are pinned, with `frame` around them.
    pub(super) fn of_transactions(conn: PgConnection, frame: Arc<TransactionFrame>) -> Self {
        let memory = Memory::new(Arc::default(), Arc::default());
        Self { conn, state: State::Clean, memory, frame: Some(frame) }
    }

    /// Turns the session into `plan`'s tenant's, in one round trip, and reads back what PostgreSQL made of it.
    pub(crate) fn pin(&mut self, plan: &SessionPlan) -> Result<(), PinError> {
        let pin = next_pin();
        let resolved: Resolved =
            Pin::of(plan, &pin).get_result(&mut self.conn).map_err(|error| self.failed(error))?;
        match resolved {
            Resolved { held: false, .. } => return Err(PinError::Busy),
            Resolved { active: false, .. } => return Err(PinError::Stale),
            _ => {}
        }
        self.state =
            State::Pinned { pin, search_path: plan.search_path().to_owned(), tenant: Some(plan.tenant()) };
        if resolved.schema.as_deref() != Some(plan.schema().as_str()) {
            return Err(PinError::SchemaMissing);
        }
        if !self.memory.serves(plan, resolved.template_version) {
            self.forget_statements();
        }
        Ok(())
    }

    /// Makes the session one of the control plane. Costs a round trip.
    pub(crate) fn pin_control(&mut self) -> Result<(), PinError> {
        if self.frame.is_some() {
            return self.begin_control();
        }
        let pin = next_pin();
        let sql = "SELECT pg_catalog.set_config('search_path', $1, false), pg_catalog.set_config('tenancy.pin', $2, false)";
        let set = sql_query(sql).bind::<Text, _>(CONTROL_PATH).bind::<Text, _>(&pin).execute(&mut self.conn);
        if let Err(error) = set {
            return Err(self.failed(error));
        }
        self.state = State::Pinned { pin, search_path: CONTROL_PATH.to_owned(), tenant: None };
        Ok(())
    }

    /// Gives the session up: a pin failed half-way.
    fn failed(&mut self, error: DieselError) -> PinError {
        self.state = State::Failed;
        // libpq has several ways to say that nobody is there, and Diesel does not know all of them.
        if self.ping().is_err() { PinError::Broken(error) } else { PinError::Query(error) }
    }

    /// The connection of a pinned session.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }

    /// The connection, to look at.
    pub(crate) fn conn_ref(&self) -> &PgConnection {
        &self.conn
    }

    pub(super) fn ping(&mut self) -> QueryResult<()> {
        self.conn.batch_execute("SELECT 1")
    }

    /// Proves that this is still the session that was pinned, and wipes it. `false`: discard it.
    pub(super) fn check_in(&mut self, gate: &Gate) -> bool {
        if self.frame.is_some() {
            return self.check_in_line();
        }
        let (pin, search_path, tenant) = match mem::replace(&mut self.state, State::Failed) {
            State::Clean => {
                self.state = State::Clean;
                return true;
            }
            // A transaction is pinned on connections that have a frame.
            State::Failed | State::Begun { .. } => return false,
            State::Pinned { pin, search_path, tenant } => (pin, search_path, tenant),
        };
        // While a panic unwinds nothing is known about the borrower's half-done work; and a transaction that
        // Diesel knows to be open or lost would only be rolled back to no use.
        if std::thread::panicking() || AnsiTransactionManager::is_broken_transaction_manager(&mut self.conn) {
            return false;
        }
        let seen = Watch::take(&mut self.conn);
        if seen.is_none() {
            // The borrower's own instrumentation would listen to the gate, and to the next borrower.
            Watch::install(&mut self.conn);
        }
        let statements = self.memory.verdict(tenant, seen);
        if self.wipe(gate.batch(&pin, &search_path, statements).as_str()).is_err() {
            return false;
        }
        if statements == Statements::Deallocate {
            self.start_anew();
        }
        // A borrower may have switched Diesel's cache off.
        self.conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
        if self.memory.learn(&mut self.conn).is_err() {
            return false;
        }
        self.state = State::Clean;
        true
    }

    /// Runs the gate's batch. Diesel's transaction status is set to "error" first: it returns to "valid" only
    /// when libpq reports after the batch that the session is idle, so an open or aborted raw transaction and a
    /// dead socket stay in error. The batch also drains a COPY or a row iterator that was left half read.
    pub(super) fn wipe(&mut self, batch: &str) -> QueryResult<()> {
        self.send(batch)?;
        self.settle()
    }

    pub(super) fn send(&mut self, batch: &str) -> QueryResult<()> {
        AnsiTransactionManager::transaction_manager_status_mut(&mut self.conn).set_in_error();
        self.conn.batch_execute(batch)
    }

    /// After the batch: whether the session is idle, with nothing queued.
    pub(super) fn settle(&mut self) -> QueryResult<()> {
        // Notifications that libpq had already queued survive UNLISTEN: take them away.
        for notification in self.conn.notifications_iter() {
            notification?;
        }
        match AnsiTransactionManager::is_broken_transaction_manager(&mut self.conn) {
            true => Err(DieselError::BrokenTransactionManager),
            false => Ok(()),
        }
    }

    /// Makes Diesel forget its prepared statements and the OIDs of types. The statements stay on the server
    /// until they are deallocated; Diesel counts on, so their names are never used again.
    fn forget_statements(&mut self) {
        self.conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        self.conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
        *self.conn.get_metadata_cache() = PgMetadataCache::new();
    }

    /// Forgets what was prepared, for a borrower whose queries may mean other tables by the same text; the gate then
    /// starts anew.
    pub(crate) fn forget(&mut self) {
        self.forget_statements();
        self.memory.forget();
    }

    /// After `DEALLOCATE ALL`: Diesel forgets as well, and the pin's statement is prepared again, off the path
    /// that anybody waits for. An error (no control plane yet) stays noted as an odd one, so that the next
    /// check-in starts anew again.
    fn start_anew(&mut self) {
        self.forget_statements();
        self.memory.clear();
        Watch::install(&mut self.conn);
        let _ = Pin::nobody().get_result::<Resolved>(&mut self.conn);
    }
}

pub(super) fn next_pin() -> String {
    PINS.fetch_add(1, Ordering::Relaxed).to_string()
}
