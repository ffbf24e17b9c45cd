use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use r2d2::ManageConnection;
use tenancy_core::conninfo::Secrets;
use tenancy_core::isolation::{Gate, Scope, SessionDefaults, TransactionFrame};
use tenancy_core::script::Script;

use super::Address;
use super::own_types::OwnTypes;
use super::session::Session;
use super::uneven::Uneven;

/// Makes sessions for r2d2 and decides at check-in whether they may become idle.
pub(crate) struct SessionManager {
    address: Arc<dyn Address>,
    gate: Gate,
    set_up: Script,
    /// Where only transactions are pinned.
    frame: Option<Arc<TransactionFrame>>,
    uneven: Arc<Uneven>,
    own_types: Arc<OwnTypes>,
}

/// A session could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// libpq could not connect; its words, without the password.
    #[error("{0}")]
    Connect(String),
    /// The configured session defaults were refused.
    #[error("set the session defaults: {0}{remedy}", remedy = remedy(.0))]
    Defaults(diesel::result::Error),
    /// The application's instrumentation panicked.
    #[error("the application's instrumentation panicked while connecting")]
    Panic,
    /// r2d2's ping; never sent, because the pin is the liveness test.
    #[error("ping: {0}")]
    Ping(diesel::result::Error),
}

/// The statement that helps when a default needs more than the login may do. PostgreSQL's words, in English.
fn remedy(refusal: &diesel::result::Error) -> String {
    let diesel::result::Error::DatabaseError(_, said) = refusal else { return String::new() };
    match said.message().split_once("permission denied to set parameter ") {
        Some((_, name)) => format!(
            " (PostgreSQL 15 or newer: as a superuser, run `GRANT SET ON PARAMETER {name} TO ..` for the login)"
        ),
        None => String::new(),
    }
}

impl SessionManager {
    /// Sessions of the database at `address` that start with `defaults`, or connections for transactions that do.
    pub(crate) fn new(address: Arc<dyn Address>, defaults: &SessionDefaults, scope: Scope) -> Self {
        Self {
            address,
            gate: Gate::new(defaults),
            // Diesel prepares its own two SETs when it connects; the gate counts from zero.
            set_up: defaults.script().sql("DEALLOCATE ALL"),
            frame: (scope == Scope::Transaction).then(|| Arc::new(TransactionFrame::new(defaults))),
            uneven: Arc::default(),
            own_types: Arc::default(),
        }
    }

    fn establish(&self) -> Result<Session, ConnectError> {
        let url = self.address.url().map_err(ConnectError::Connect)?;
        let mut conn = PgConnection::establish(&url).map_err(|error| {
            // libpq quotes what it could not read of the URL.
            ConnectError::Connect(Secrets::of(&url).hide(&error.to_string()))
        })?;
        if let Some(frame) = &self.frame {
            // Behind a pooler there is no session yet that could be set up.
            return Ok(Session::of_transactions(conn, Arc::clone(frame)));
        }
        conn.batch_execute(self.set_up.as_str()).map_err(ConnectError::Defaults)?;
        Ok(Session::new(conn, Arc::clone(&self.uneven), Arc::clone(&self.own_types)))
    }
}

impl ManageConnection for SessionManager {
    type Connection = Session;
    type Error = ConnectError;

    fn connect(&self) -> Result<Session, ConnectError> {
        // r2d2 connects on threads of its own, which a panic of the application's instrumentation would end.
        catch_unwind(AssertUnwindSafe(|| self.establish())).unwrap_or(Err(ConnectError::Panic))
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), ConnectError> {
        session.ping().map_err(ConnectError::Ping)
    }

    /// The gate. r2d2 calls this on the borrower's thread, without holding the pool's lock, before it decides
    /// where the connection goes (r2d2 0.8, `put_back`).
    ///
    /// The application's instrumentation listens to the gate too, and may panic. r2d2 would then never count the
    /// connection as gone, so a panic ends here, and the connection is discarded.
    fn has_broken(&self, session: &mut Session) -> bool {
        catch_unwind(AssertUnwindSafe(|| !session.check_in(&self.gate))).unwrap_or(true)
    }
}
