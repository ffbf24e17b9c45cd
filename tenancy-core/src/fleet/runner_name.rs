use std::fmt;

use super::RunId;

/// What the sessions of a run are called (`application_name`), so that whoever meets one knows whose it is.
///
/// ```
/// # use tenancy_core::fleet::{RunId, RunnerName};
/// let name = RunnerName::new(RunId(7), "db-admin-1");
/// assert_eq!(name.to_string(), "tenancy migrate run 7 on db-admin-1");
/// assert_eq!(RunnerName::parse(&name.to_string()), Some(name));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerName {
    run: RunId,
    host: String,
}

const START: &str = "tenancy migrate run ";
const ON: &str = " on ";
/// PostgreSQL keeps so many bytes of an `application_name`.
const LONGEST: usize = 63;

impl RunnerName {
    /// Of a run whose process is on `host`. What PostgreSQL would replace or cut off of the name is left out of it here.
    pub fn new(run: RunId, host: &str) -> Self {
        let room = LONGEST - START.len() - ON.len() - run.to_string().len();
        let host = host.trim().chars().map(|c| if c.is_ascii_graphic() { c } else { '?' });
        let host: String = host.take(room).collect();
        Self { run, host: if host.is_empty() { "?".to_owned() } else { host } }
    }

    /// Reads a session's name; `None` when it is none of a run's.
    pub fn parse(name: &str) -> Option<Self> {
        let (run, host) = name.strip_prefix(START)?.split_once(ON)?;
        Some(Self { run: run.parse().ok()?, host: host.to_owned() })
    }

    /// Which run.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Where its process is.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for RunnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}{}{ON}{}", self.run, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_what_postgresql_keeps_and_is_read_back() {
        let long = "h".repeat(100);
        for host in ["db-1", "", " ", "grüße.example", "a b\n", long.as_str()] {
            for run in [0, 7, i64::MAX, i64::MIN] {
                let name = RunnerName::new(RunId(run), host);
                let text = name.to_string();
                assert!(text.len() <= LONGEST && text.is_ascii(), "{text}");
                assert_eq!(RunnerName::parse(&text), Some(name), "{text}");
            }
        }
    }

    #[test]
    fn other_sessions_are_no_runners() {
        for name in ["", "psql", "tenancy migrate run", "tenancy migrate run x on y", "tenancy migrate run 7"]
        {
            assert_eq!(RunnerName::parse(name), None, "{name}");
        }
    }
}
