//! Whether a pooler stands between us and PostgreSQL, and of which kind.

use std::fmt;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Double, Integer, Nullable, Text};
use diesel::{Connection as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::conninfo::Secrets;

use crate::error::Error;

/// What stands between us and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pooler {
    /// Nothing that was noticed: each connection is a session of its own.
    None,
    /// A pooler that keeps a session for as long as a connection lasts.
    Session,
    /// A pooler that gives the session to somebody else after each transaction, or after each statement. Only
    /// [`Scope::Transaction`](crate::Scope) is safe behind it.
    Transaction,
}

/// How often the two connections take turns. Each turn could find the sessions changed; a single one mostly does.
const TURNS: usize = 8;
/// How long all of it may take. A pooler makes connections wait, instead of refusing them, when it has none to give.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = Integer)]
    backend: i32,
    #[diesel(sql_type = Nullable<Text>)]
    mark: Option<String>,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Double)]
    now: f64,
    #[diesel(sql_type = Bool)]
    older: bool,
}

/// Connects a few times and finds out. Blocks for some round trips, and for ten seconds at most.
///
/// Everything that it takes for a pooler is proof of one; a pooler whose sessions are all busy all the time may go
/// unnoticed.
///
/// # Errors
///
/// [`Error::Unreachable`]; also when the time is up, as behind a pooler whose sessions are all taken.
pub(crate) fn detect(url: &str) -> Result<Pooler, Error> {
    in_time(url, look)
}

/// Only whether [`Pooler::Transaction`] stands there, which is quicker to find out.
///
/// # Errors
///
/// As [`detect`].
pub(crate) fn gives_sessions_away(url: &str) -> Result<bool, Error> {
    in_time(url, takes_turns)
}

fn in_time<T: Send + 'static>(url: &str, look: fn(&str) -> Result<T, Error>) -> Result<T, Error> {
    let (answer, answered) = mpsc::channel();
    let own_url = url.to_owned();
    // libpq's waiting cannot be interrupted; when the time is up, the thread is left to end by itself.
    thread::spawn(move || {
        let _ = answer.send(look(&own_url));
    });
    match answered.recv_timeout(LIMIT) {
        Ok(found) => found,
        Err(_) => Err(Error::Unreachable(format!("no answer in {LIMIT:?}"))),
    }
}

fn look(url: &str) -> Result<Pooler, Error> {
    if takes_turns(url)? {
        return Ok(Pooler::Transaction);
    }
    Ok(if is_used_again(url)? { Pooler::Session } else { Pooler::None })
}

/// Two connections mark their sessions. A connection that finds another mark than its own, or itself in another
/// backend, has no session of its own.
fn takes_turns(url: &str) -> Result<bool, Error> {
    let mut conns = [connect(url)?, connect(url)?];
    // Nobody else's, of other processes and earlier times included.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let marks = ["first", "second"].map(|which| format!("{which} of {} at {now}", std::process::id()));
    let mut backends = [None; 2];
    let mut shared = false;
    'looking: for _ in 0..TURNS {
        for (at, conn) in conns.iter_mut().enumerate() {
            // Twice in a row: a pooler that goes round all its sessions could give each connection its own again.
            for _ in 0..2 {
                let seen = mark(conn, &marks[at]).map_err(Error::query("look for a pooler"))?;
                let other_backend = backends[at].is_some_and(|known| known != seen.backend);
                // A mark that is gone counts as well: the pooler wipes its sessions (`server_reset_query_always`).
                let other_mark = backends[at].is_some() && seen.mark.as_deref() != Some(marks[at].as_str());
                let foreign = seen.mark.as_deref() == Some(marks[1 - at].as_str());
                backends[at] = Some(seen.backend);
                if other_backend || other_mark || foreign {
                    shared = true;
                    break 'looking;
                }
            }
        }
    }
    // Behind a pooler the marks stay on sessions that are somebody else's now.
    for conn in &mut conns {
        let _ = conn.batch_execute("RESET tenancy.probe");
    }
    Ok(shared)
}

/// Reads the session's mark and leaves one's own, in one transaction, which is what a pooler keeps together.
fn mark(conn: &mut PgConnection, mark: &str) -> QueryResult<Seen> {
    conn.transaction(|conn| {
        let seen = sql_query(
            "SELECT pg_catalog.pg_backend_pid() AS backend, \
             pg_catalog.current_setting('tenancy.probe', true) AS mark",
        )
        .get_result(conn)?;
        sql_query("SELECT pg_catalog.set_config('tenancy.probe', $1, false)")
            .bind::<Text, _>(mark)
            .execute(conn)?;
        Ok(seen)
    })
}

/// Whether the backend of a new connection is older than the connection.
fn is_used_again(url: &str) -> Result<bool, Error> {
    for pause in [0, 50, 200] {
        let before = backend(&mut connect(url)?, f64::NEG_INFINITY)?;
        // The pooler needs a moment to notice that the connection is gone.
        thread::sleep(Duration::from_millis(pause));
        if backend(&mut connect(url)?, before.now)?.older {
            return Ok(true);
        }
    }
    Ok(false)
}

fn backend(conn: &mut PgConnection, than: f64) -> Result<Backend, Error> {
    sql_query(
        "SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) AS now, \
         pg_catalog.date_part('epoch', a.backend_start) OPERATOR(pg_catalog.<=) $1 AS older \
         FROM pg_catalog.pg_stat_activity a WHERE a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()",
    )
    .bind::<Double, _>(than)
    .get_result(conn)
    .map_err(Error::query("look for a pooler"))
}

fn connect(url: &str) -> Result<PgConnection, Error> {
    PgConnection::establish(url)
        .map_err(|error| Error::Unreachable(Secrets::of(url).hide(&error.to_string())))
}

impl fmt::Display for Pooler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no pooler",
            Self::Session => "a pooler in session mode",
            Self::Transaction => "a pooler in transaction mode",
        })
    }
}
