use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use tenancy_core::fleet::RunId;

/// A session that has what somebody else needs. What only its owner and members of `pg_read_all_stats` may see of it is
/// `None` for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The session's process, for `pg_terminate_backend`; `None` for a prepared transaction, which no session has.
    pub pid: Option<i32>,
    /// The name of the prepared transaction, for `ROLLBACK PREPARED`.
    pub prepared: Option<String>,
    /// What it says of itself (`application_name`); or what kind of process of the server's own it is.
    pub application: Option<String>,
    /// The run over the fleet that it belongs to, if it says that it does.
    pub run: Option<RunId>,
    /// As whom it logged in.
    pub user: Option<String>,
    /// From where; `None` also through a Unix socket.
    pub client: Option<String>,
    /// What it does: `active`, `idle in transaction` and so on, in PostgreSQL's words.
    pub state: Option<String>,
    /// How long its transaction is open; `None` when it has none.
    #[serde(rename = "in_transaction_ms", serialize_with = "milliseconds")]
    pub in_transaction: Option<Duration>,
    /// How long it is in that state.
    #[serde(rename = "in_state_ms", serialize_with = "milliseconds")]
    pub in_state: Option<Duration>,
    /// Since how long it is connected.
    #[serde(rename = "connected_ms", serialize_with = "milliseconds")]
    pub connected: Option<Duration>,
    /// How its last statement begins. It may hold values: for operators only.
    pub query: Option<String>,
}

fn milliseconds<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
}

/// `session 1234 (psql of alice, idle in transaction for 5 min)`.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.prepared, self.pid) {
            (Some(name), _) => write!(f, "prepared transaction `{name}`")?,
            (None, Some(pid)) => write!(f, "session {pid}")?,
            (None, None) => f.write_str("a session that has ended")?,
        }
        let user = self.user.as_deref();
        let who = match (self.application.as_deref(), user) {
            (Some(application), Some(user)) => Some(format!("{application} of {user}")),
            (application, user) => application.or(user).map(str::to_owned),
        };
        let who = match (who, self.client.as_deref().filter(|client| !is_here(client))) {
            (Some(who), Some(client)) => Some(format!("{who} from {client}")),
            (who, client) => who.or_else(|| client.map(|client| format!("from {client}"))),
        };
        let state = self.state.as_deref().or(self.prepared.as_ref().map(|_| "open"));
        let state = state.map(|state| match self.in_transaction.or(self.in_state) {
            Some(time) => format!("{state} for {}", words(time)),
            None => state.to_owned(),
        });
        match (who, state) {
            (Some(who), Some(state)) => write!(f, " ({who}, {state})"),
            (Some(told), None) | (None, Some(told)) => write!(f, " ({told})"),
            (None, None) => Ok(()),
        }
    }
}

/// Whether it is the server's own machine, which is not worth a word.
fn is_here(client: &str) -> bool {
    client == "::1" || client.starts_with("127.")
}

/// In the largest unit that fits.
fn words(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn psql() -> Holder {
        Holder {
            pid: Some(1234),
            prepared: None,
            application: Some("psql".to_owned()),
            run: None,
            user: Some("alice".to_owned()),
            client: Some("127.0.0.1".to_owned()),
            state: Some("idle in transaction".to_owned()),
            in_transaction: Some(Duration::from_secs(312)),
            in_state: Some(Duration::from_secs(200)),
            connected: Some(Duration::from_secs(4_000)),
            query: Some("SELECT 1".to_owned()),
        }
    }

    #[test]
    fn it_is_told_in_one_line_whatever_is_known() {
        assert_eq!(psql().to_string(), "session 1234 (psql of alice, idle in transaction for 5 min)");
        let far = Holder { client: Some("10.1.2.3".to_owned()), in_transaction: None, ..psql() };
        assert_eq!(
            far.to_string(),
            "session 1234 (psql of alice from 10.1.2.3, idle in transaction for 3 min)"
        );
        let unseen = Holder {
            application: None,
            client: None,
            state: None,
            in_transaction: None,
            in_state: None,
            ..psql()
        };
        assert_eq!(unseen.to_string(), "session 1234 (alice)");
        let nobody = Holder { user: None, ..unseen };
        assert_eq!(nobody.to_string(), "session 1234");
        let prepared = Holder { pid: None, prepared: Some("tx-1".to_owned()), state: None, ..psql() };
        assert_eq!(prepared.to_string(), "prepared transaction `tx-1` (psql of alice, open for 5 min)");
    }

    #[test]
    fn times_are_told_in_the_largest_unit() {
        let told: Vec<_> = [85, 1_999, 59_999, 60_000, 3_599_999, 7_200_000, 200_000_000]
            .map(|milliseconds| words(Duration::from_millis(milliseconds)))
            .into();
        assert_eq!(told, ["85 ms", "1 s", "59 s", "1 min", "59 min", "2 h", "2 days"]);
    }

    #[test]
    fn machines_read_milliseconds() {
        let json = serde_json::to_value(psql()).unwrap();
        assert_eq!((json["pid"].as_i64(), json["in_transaction_ms"].as_u64()), (Some(1234), Some(312_000)));
    }
}
