//! What other sessions feel while a run goes on.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tenancy_core::fleet::{Latencies, LatencySummary};

use super::probe::{Answer, Probe};
use crate::context::Context;

/// So often somebody asks.
const EVERY: Duration = Duration::from_millis(10);
/// Shorter runs open no connection for it.
const FIRST: Duration = Duration::from_millis(20);
/// When nobody could be asked.
const AGAIN: Duration = Duration::from_secs(1);
/// How long the end waits for its connection to be closed.
const FAREWELL: Duration = Duration::from_millis(500);

/// Does all the time, on a connection of its own, what every request does: one small indexed read of the registry. A run
/// that is in the way of others is in its way too.
///
/// Nothing that happens to it touches the run.
#[derive(Debug)]
pub(crate) struct Neighbours(Arc<Shared>);

/// What the thread and its owner share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    latencies: Latencies,
    /// Since when an answer is waited for.
    asked: Option<Instant>,
    /// The run is over.
    over: bool,
    /// The thread is.
    ended: bool,
}

impl Neighbours {
    /// Begins to watch, on a thread of its own.
    pub(crate) fn watch(context: &Context) -> Self {
        Self::of(context.operator_url().to_owned(), FIRST)
    }

    fn of(url: String, first: Duration) -> Self {
        let shared = Arc::new(Shared::default());
        let own = Ending(Arc::clone(&shared));
        let thread = thread::Builder::new().name("tenancy-neighbours".to_owned());
        // Without a thread, nobody measures: `own` says so.
        if let Err(error) = thread.spawn(move || own.0.ask_until_it_is_over(&url, first)) {
            tracing::warn!(%error, "no thread to watch other sessions' latencies");
        }
        Self(shared)
    }

    /// What 99 of a hundred of the last ones took at most, over the last two or three seconds; `None` while there are too
    /// few, and while nobody could be asked. An answer that is overdue counts before it is there.
    pub(crate) fn p99(&self) -> Option<Duration> {
        let state = self.0.lock();
        let overdue = state.asked.map(|asked| asked.elapsed()).filter(|waiting| *waiting > Probe::SLOW);
        overdue.max(state.latencies.recent_p99())
    }

    /// All up to now.
    pub(crate) fn summary(&self) -> LatencySummary {
        self.0.lock().latencies.summary()
    }
}

/// Ends it. Never waits for long: a connection that hangs is left to its thread.
impl Drop for Neighbours {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.over = true;
        self.0.changed.notify_all();
        drop(self.0.changed.wait_timeout_while(state, FAREWELL, |state| !state.ended));
    }
}

/// Says that the thread is at its end, also when it could not be started or panicked.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.lost();
        state.ended = true;
        self.0.changed.notify_all();
    }
}

impl State {
    /// What was asked last has no answer, and nobody is asked for now.
    fn lost(&mut self) {
        self.asked = None;
        self.latencies.forget_recent();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the run still goes on after `pause`.
    fn goes_on_after(&self, pause: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), pause, |state| !state.over);
        !waited.unwrap_or_else(PoisonError::into_inner).0.over
    }

    fn ask_until_it_is_over(&self, url: &str, first: Duration) {
        let (mut pause, mut probe) = (first, None);
        while self.goes_on_after(pause) {
            let Some(asked) = &mut probe else {
                probe = Probe::connect(url);
                pause = if probe.is_some() { EVERY } else { AGAIN };
                continue;
            };
            let took = self.ask(asked);
            pause = match took {
                Some(took) => EVERY.saturating_sub(took),
                None => AGAIN,
            };
            probe = probe.filter(|_| took.is_some());
        }
    }

    /// How long an answer took; `None` when the connection is lost.
    fn ask(&self, probe: &mut Probe) -> Option<Duration> {
        let began = Instant::now();
        self.lock().asked = Some(began);
        let answer = probe.ask();
        let took = began.elapsed();
        let mut state = self.lock();
        match answer {
            Answer::Given => state.latencies.record(took, EVERY),
            Answer::Refused => state.latencies.record(took.max(Probe::SLOW), EVERY),
            Answer::Lost => {
                state.lost();
                return None;
            }
        }
        state.asked = None;
        Some(took)
    }
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    use diesel::{PgConnection, sql_query};

    use super::*;
    use crate::embedded::{TestDatabase, test_server};

    const REGISTRY: &str = "CREATE SCHEMA tenancy; CREATE TABLE tenancy.tenants (slug text PRIMARY KEY, status text); \
         INSERT INTO tenancy.tenants VALUES ('acme', 'active')";

    fn registry() -> (TestDatabase, PgConnection) {
        let database = test_server().fresh_database();
        let mut conn = PgConnection::establish(database.url()).unwrap();
        conn.batch_execute(REGISTRY).unwrap();
        (database, conn)
    }

    fn until(what: &str, mut is: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is() {
            assert!(Instant::now() < deadline, "{what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn it_measures_all_the_time_and_its_connection_ends_with_it() {
        let (database, mut conn) = registry();
        let neighbours = Neighbours::of(database.url().to_owned(), FIRST);
        until("enough is measured", || neighbours.p99().is_some());
        let summary = neighbours.summary();
        assert!(summary.count >= Latencies::ENOUGH as u64 && !summary.p50.is_zero(), "{summary:?}");
        assert!(summary.p50 <= summary.p99 && summary.p99 <= summary.max, "{summary:?}");
        drop(neighbours);
        let sessions =
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        until("its session ends", || sql_query(sessions).execute(&mut conn).unwrap() == 0);
    }

    #[test]
    fn a_short_run_opens_no_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("postgres://a@{}/a", listener.local_addr().unwrap());
        let neighbours = Neighbours::of(url, Duration::from_secs(3_600));
        thread::sleep(Duration::from_millis(50));
        assert_eq!((neighbours.p99(), neighbours.summary()), (None, LatencySummary::default()));
        drop(neighbours);
        assert!(listener.accept().is_err(), "nobody came");
    }

    #[test]
    fn a_registry_that_cannot_be_read_is_slow_and_stops_nobody() {
        let (database, mut conn) = registry();
        let neighbours = Neighbours::of(database.url().to_owned(), Duration::ZERO);
        until("enough is measured", || neighbours.p99().is_some());
        conn.batch_execute("BEGIN; LOCK tenancy.tenants IN ACCESS EXCLUSIVE MODE").unwrap();
        until("it is slow", || neighbours.p99().is_some_and(|p99| p99 >= Probe::SLOW));
        conn.batch_execute("COMMIT").unwrap();
        until("it is fast again", || neighbours.p99().is_some_and(|p99| p99 < Probe::SLOW));
        assert!(neighbours.summary().max >= Probe::SLOW);
    }

    #[test]
    fn a_lost_connection_says_nothing_until_there_is_another() {
        let (database, _) = registry();
        let mut outside = PgConnection::establish(&test_server().url("postgres")).unwrap();
        let neighbours = Neighbours::of(database.url().to_owned(), Duration::ZERO);
        until("enough is measured", || neighbours.p99().is_some());
        let name = database.name();
        outside.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).unwrap();
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        until("its session is ended", || sql_query(&end).execute(&mut outside).unwrap() > 0);
        until("nobody is asked", || neighbours.p99().is_none());
        let before = neighbours.summary();
        outside.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).unwrap();
        until("somebody is asked again", || neighbours.p99().is_some());
        assert!(neighbours.summary().count > before.count);
    }

    #[test]
    fn a_server_that_never_answers_does_not_keep_the_run_from_ending() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://a@{}/a", listener.local_addr().unwrap());
        let neighbours = Neighbours::of(url, Duration::ZERO);
        let _hangs = listener.accept().unwrap();
        assert_eq!(neighbours.p99(), None);
        let began = Instant::now();
        drop(neighbours);
        assert!(began.elapsed() < Duration::from_secs(20), "libpq would wait for ever");
    }
}
