use super::gate::FUNCTIONS;
use super::{SessionDefaults, SessionPlan};
use crate::script::Script;

/// The path of the control plane's sessions: unqualified names find nothing but PostgreSQL's own.
pub const CONTROL_PATH: &str = "pg_catalog, pg_temp";

/// What a pinned transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// What the database's default says, which is anything unless it was changed.
    Default,
    /// Read.
    ReadOnly,
}

/// The batches around a pinned transaction.
///
/// Each is one message of the simple query protocol, which a pooler in transaction mode sends to one session, and
/// which costs the round trip that a plain `BEGIN` or `COMMIT` costs.
///
/// Behind a pooler no session is ours: what others left in it, our own work that ended its transaction by hand among
/// them, is found at the *beginning* of the next transaction. So the session is wiped before the pin. It is wiped
/// before the commit too, so that locks and temporary tables do not lie around, and nothing reaches those who share
/// the pooler's sessions and wipe nothing. Whatever can fail stands before `COMMIT`: when the batch fails, the
/// transaction was not committed (unless the connection was lost, or somebody cancelled in the moment of the commit:
/// then nobody knows).
#[derive(Debug, Clone)]
pub struct TransactionFrame {
    settings: Script,
}

/// For the settings. PostgreSQL's messages and our own names are in this encoding, whatever the database's is.
/// (Diesel says the same when it connects, but `RESET ALL` undoes it.)
const RESET_SETTINGS: &str = "RESET ALL;\nSET client_encoding TO 'UTF8';\n";

/// For the rest. A borrower may have prepared statements of either kind; all are dropped, those that a pooler made
/// for its clients among them (PgBouncer notices and makes them again).
const WIPE: &str = "CLOSE ALL;\n\
    SET SESSION AUTHORIZATION DEFAULT;\n\
    RESET ROLE;\n\
    UNLISTEN *;\n\
    DISCARD TEMP;\n\
    DISCARD SEQUENCES;\n\
    DEALLOCATE ALL;\n";

/// The pin's order of lock and look needs READ COMMITTED; DEFERRABLE could make it wait for others.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED, NOT DEFERRABLE";

impl TransactionFrame {
    /// Of transactions that start with `defaults`.
    pub fn new(defaults: &SessionDefaults) -> Self {
        Self { settings: defaults.local_script() }
    }

    /// Begins a transaction of `plan`'s tenant, pinned as `pin`. It raises `tenancy: busy`, `tenancy: stale` or
    /// `tenancy: schema missing`.
    pub fn begin(&self, plan: &SessionPlan, pin: &str, access: Access) -> Script {
        self.begun(access)
            .sql("SELECT tenancy.pin_transaction(")
            .literal(&plan.tenant().as_uuid().to_string())
            .sql("::pg_catalog.uuid, ")
            .literal(plan.slug().as_str())
            .sql(", ")
            .literal(plan.schema().as_str())
            .sql(", ")
            .literal(plan.search_path())
            .sql(", ")
            .literal(pin)
            .sql(")")
    }

    /// Begins a transaction of the control plane, which reads.
    pub fn begin_control(&self) -> Script {
        self.begun(Access::ReadOnly)
            .sql("SELECT pg_catalog.set_config('search_path', ")
            .literal(CONTROL_PATH)
            .sql(", true)")
    }

    /// Proves that the transaction is the one that was pinned as `pin` with `search_path`, wipes the session, and
    /// commits. What a failed proof says, [`Refusal::of_message`](super::Refusal::of_message) understands.
    pub fn commit(&self, pin: &str, search_path: &str) -> Script {
        let [(_, ended), (_, path), (_, prepare), (_, hold)] = super::Refusal::TOKENS;
        // Deferred triggers run as the tenant, before anything is wiped, and their errors leave the transaction open.
        Script::new("SET CONSTRAINTS ALL IMMEDIATE;\n")
            // A setting that was made with SET LOCAL goes with its transaction.
            .sql("SELECT pg_catalog.int4in(pg_catalog.textout(CASE WHEN COALESCE(pg_catalog.current_setting('tenancy.pin', true), '') OPERATOR(pg_catalog.<>) ")
            .literal(pin)
            .sql(" THEN ")
            .literal(ended)
            .sql(" WHEN pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.<>) ")
            .literal(search_path)
            .sql(" THEN ")
            .literal(path)
            .sql(" WHEN EXISTS (SELECT FROM pg_catalog.pg_prepared_statement() p WHERE p.from_sql) THEN ")
            .literal(prepare)
            .sql(" WHEN EXISTS (SELECT FROM pg_catalog.pg_cursor() c WHERE c.is_holdable) THEN ")
            .literal(hold)
            .sql(" ELSE '0' END))")
            .sql(FUNCTIONS)
            .sql(";\n")
            .sql(WIPE)
            // The settings come after COMMIT, which obeys some of them (`synchronous_commit`). Resetting them cannot
            // fail, unless a timeout of the work's making ends it.
            .sql("RESET statement_timeout;\nCOMMIT;\n")
            .sql(RESET_SETTINGS)
    }

    /// Rolls back whatever is open, and wipes the session.
    pub fn roll_back(&self) -> Script {
        wipe(Script::new("ROLLBACK;\n"))
    }

    fn begun(&self, access: Access) -> Script {
        // A transaction of its own: what is wiped stays wiped when the work is rolled back.
        let script = wipe(Script::new(BEGIN).sql(";\n")).sql("COMMIT;\n").sql(BEGIN);
        let script = match access {
            Access::Default => script,
            Access::ReadOnly => script.sql(", READ ONLY"),
        };
        let script = script.sql(";\n").script(&self.settings);
        match access {
            Access::Default => script,
            // Once more: the settings may say otherwise.
            Access::ReadOnly => script.sql("SET TRANSACTION READ ONLY;\n"),
        }
    }
}

/// The settings first: a time limit that somebody left would end the rest.
fn wipe(script: Script) -> Script {
    script.sql(RESET_SETTINGS).sql(WIPE).sql("SELECT 1").sql(FUNCTIONS).sql(";\n")
}
