use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Integer, Nullable, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::fleet::RunnerName;
use tenancy_core::script::Script;

use super::Holder;
use crate::error::Error;

/// Sessions and prepared transactions with locks in this database. `pg_locks` gives the latter no process; each holds a
/// lock on its own number, too. Of parallel workers, their leader is shown.
pub(super) const SESSIONS: &str = "SELECT l.pid, p.gid AS prepared, \
    CASE WHEN a.backend_type OPERATOR(pg_catalog.<>) 'client backend' THEN a.backend_type ELSE a.application_name END \
    AS application, coalesce(a.usename, p.owner)::pg_catalog.text AS user_name, \
    pg_catalog.host(a.client_addr) AS client, a.state, a.query, \
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) \
    coalesce(a.xact_start, p.prepared)) AS in_transaction, \
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.state_change) AS in_state, \
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.backend_start) AS connected, \
    l.mode, l.granted, c.relname::pg_catalog.text AS relation, \
    coalesce(c.relkind OPERATOR(pg_catalog.=) ANY ('{i,I}'::pg_catalog.\"char\"[]), false) AS is_index \
    FROM pg_catalog.pg_locks l \
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid \
    LEFT JOIN (pg_catalog.pg_locks x JOIN pg_catalog.pg_prepared_xacts p \
    ON p.transaction OPERATOR(pg_catalog.=) x.transactionid AND x.pid IS NULL) \
    ON l.pid IS NULL AND x.virtualtransaction OPERATOR(pg_catalog.=) l.virtualtransaction \
    LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation \
    WHERE l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d \
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
    AND coalesce(l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true) AND a.leader_pid IS NULL AND ";

/// Who has a lock before who waits, exclusive ones first, the longest transaction first.
pub(super) const ORDER: &str = " ORDER BY l.granted DESC, l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock' DESC, \
    in_transaction DESC NULLS LAST, connected DESC NULLS LAST, l.pid";

/// One of them.
#[derive(QueryableByName)]
pub(super) struct LockRow {
    #[diesel(sql_type = Nullable<Integer>)]
    pid: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    prepared: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    application: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    query: Option<String>,
    #[diesel(sql_type = Nullable<Double>)]
    in_transaction: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    in_state: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    connected: Option<f64>,
    #[diesel(sql_type = Text)]
    pub(super) mode: String,
    #[diesel(sql_type = Bool)]
    pub(super) granted: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) relation: Option<String>,
    #[diesel(sql_type = Bool)]
    pub(super) is_index: bool,
}

/// What PostgreSQL shows instead of a query of somebody else's.
const UNSEEN: &str = "<insufficient privilege>";
/// How much of a query is told.
const BEGINNING: usize = 100;

impl LockRow {
    pub(super) fn read(conn: &mut PgConnection, sql: &Script) -> Result<Vec<Self>, Error> {
        // The text differs by tenant: prepared statements would pile up in the session.
        sql_query(sql.as_str()).load(conn).map_err(Error::query("ask who is in the way"))
    }

    /// Which session or prepared transaction.
    pub(super) fn identity(&self) -> (Option<i32>, Option<&str>) {
        (self.pid, self.prepared.as_deref())
    }

    pub(super) fn holder(&self) -> Holder {
        let time = |seconds: Option<f64>| Duration::try_from_secs_f64(seconds?.max(0.0)).ok();
        let application = self.application.clone().filter(|name| !name.is_empty());
        Holder {
            pid: self.pid,
            prepared: self.prepared.clone(),
            run: application.as_deref().and_then(RunnerName::parse).map(|name| name.run()),
            application,
            user: self.user_name.clone(),
            client: self.client.clone(),
            state: self.state.clone(),
            in_transaction: time(self.in_transaction),
            in_state: time(self.in_state),
            connected: time(self.connected),
            query: self.query.as_deref().filter(|query| *query != UNSEEN).and_then(beginning),
        }
    }
}

/// On one line.
fn beginning(query: &str) -> Option<String> {
    let words: Vec<_> = query.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(BEGINNING).collect();
    (!text.is_empty()).then_some(text)
}
