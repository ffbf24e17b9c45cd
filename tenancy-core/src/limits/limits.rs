use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{BadLimit, SizeLimit, TimeLimit};

/// What a tenant, or every tenant, is limited to. `None` says nothing: what holds for all tenants then holds for one,
/// and what the database says for all.
///
/// All but the number of connections are settings of the tenant's sessions. They stop accidents, not attackers: SQL
/// that a session runs may set most of them anew, until the session goes back.
///
/// ```
/// use tenancy_core::limits::Limits;
/// let limits = Limits { statement_timeout: Some("5s".parse().unwrap()), ..Limits::default() };
/// assert_eq!(limits.settings(), [("statement_timeout", "5s".to_owned())]);
/// assert_eq!(serde_json::to_string(&limits).unwrap(), r#"{"statement_timeout":"5s"}"#);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How many connections of one process it may hold at once. More than the pool has is as many as the pool has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<NonZeroU32>,
    /// How long one statement may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_timeout: Option<TimeLimit>,
    /// How long one statement may wait for a lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_timeout: Option<TimeLimit>,
    /// How long a transaction may be open while nothing is done. PostgreSQL then ends the session: the borrower's
    /// next statement fails, and the pool makes a new connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_in_transaction_session_timeout: Option<TimeLimit>,
    /// How much memory each sort or hash of a statement may take before it goes to disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_mem: Option<SizeLimit>,
    /// How much disk a session's temporary files may take. PostgreSQL lets only superusers and those who were
    /// granted it (PostgreSQL 15: `GRANT SET ON PARAMETER temp_file_limit TO ..`) set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temp_file_limit: Option<SizeLimit>,
}

impl Limits {
    /// The names of the settings that limits are made of.
    pub const SETTINGS: [&'static str; 5] = [
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "work_mem",
        "temp_file_limit",
    ];

    /// Names and values of the settings that are said; the number of connections is none.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let [statement, lock, idle, memory, files] = Self::SETTINGS;
        let times = [
            (statement, self.statement_timeout),
            (lock, self.lock_timeout),
            (idle, self.idle_in_transaction_session_timeout),
        ];
        let sizes = [(memory, self.work_mem), (files, self.temp_file_limit)];
        let times = times.into_iter().filter_map(|(name, limit)| Some((name, limit?.to_string())));
        times.chain(sizes.into_iter().filter_map(|(name, limit)| Some((name, limit?.to_string())))).collect()
    }

    /// The limits among a session's settings. Others, which somebody may have added, are passed over.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] for a value that cannot be read.
    pub fn from_settings<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, BadLimit> {
        let mut limits = Self::default();
        for (name, value) in settings {
            let time = || TimeLimit::from_setting(value).map(Some);
            let size = || SizeLimit::from_setting(value).map(Some);
            match Self::SETTINGS.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                Some(0) => limits.statement_timeout = time()?,
                Some(1) => limits.lock_timeout = time()?,
                Some(2) => limits.idle_in_transaction_session_timeout = time()?,
                Some(3) => limits.work_mem = size()?,
                Some(4) => limits.temp_file_limit = size()?,
                _ => {}
            }
        }
        Ok(limits)
    }

    /// What is said here, and what `base` says where nothing is said here.
    #[must_use]
    pub fn or(self, base: Self) -> Self {
        Self {
            connections: self.connections.or(base.connections),
            statement_timeout: self.statement_timeout.or(base.statement_timeout),
            lock_timeout: self.lock_timeout.or(base.lock_timeout),
            idle_in_transaction_session_timeout: self
                .idle_in_transaction_session_timeout
                .or(base.idle_in_transaction_session_timeout),
            work_mem: self.work_mem.or(base.work_mem),
            temp_file_limit: self.temp_file_limit.or(base.temp_file_limit),
        }
    }
}

impl fmt::Display for Limits {
    /// `connections 2, statement_timeout 5s`; `none` when nothing is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connections = self.connections.map(|most| ("connections", most.to_string()));
        let mut said = connections.into_iter().chain(self.settings()).peekable();
        if said.peek().is_none() {
            return f.write_str("none");
        }
        for (n, (name, value)) in said.enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_were_written() {
        let limits = Limits {
            connections: None,
            statement_timeout: Some("90s".parse().unwrap()),
            lock_timeout: Some(TimeLimit::NONE),
            idle_in_transaction_session_timeout: Some("2min".parse().unwrap()),
            work_mem: Some("64kB".parse().unwrap()),
            temp_file_limit: Some(SizeLimit::NONE),
        };
        let settings = limits.settings();
        let pairs = settings.iter().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(Limits::from_settings(pairs), Ok(limits));
    }

    #[test]
    fn what_somebody_wrote_by_hand_is_read_as_postgresql_reads_it() {
        let limits = Limits::from_settings([
            ("Statement_Timeout", "5000"),
            ("work_mem", "8 MB"),
            ("DateStyle", "German"),
        ]);
        assert_eq!(limits.unwrap().to_string(), "statement_timeout 5s, work_mem 8MB");
        assert!(Limits::from_settings([("lock_timeout", "soon")]).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in ["", "5", "s", "-1", "1.5s", "5 sheep", "25d", "9999999999999999999s", "5s; DROP"] {
            assert!(text.parse::<TimeLimit>().is_err(), "{text}");
        }
        for text in ["", "5", "-2", "5s", "2TB", "64mb"] {
            assert!(text.parse::<SizeLimit>().is_err(), "{text}");
        }
        assert_eq!("0".parse(), Ok(TimeLimit::NONE));
    }

    #[test]
    fn what_is_said_wins_over_the_base() {
        let base = Limits {
            statement_timeout: Some("5s".parse().unwrap()),
            work_mem: Some("4MB".parse().unwrap()),
            ..Limits::default()
        };
        let said = Limits { statement_timeout: Some("1s".parse().unwrap()), ..Limits::default() };
        assert_eq!(said.or(base).to_string(), "statement_timeout 1s, work_mem 4MB");
        assert_eq!(Limits::default().to_string(), "none");
    }
}
