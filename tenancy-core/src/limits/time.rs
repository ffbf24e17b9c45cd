use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quantity::{self, BadLimit, Units};

/// How long something may take, in whole milliseconds; zero is for ever.
///
/// ```
/// use tenancy_core::limits::TimeLimit;
/// let limit: TimeLimit = "90s".parse().unwrap();
/// assert_eq!(limit, TimeLimit::of(std::time::Duration::from_secs(90)).unwrap());
/// assert_eq!(limit.to_string(), "90s");
/// assert_eq!("120s".parse::<TimeLimit>().unwrap().to_string(), "2min");
/// assert!("90".parse::<TimeLimit>().is_err()); // of what?
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeLimit(i32);

const UNITS: &Units = &[("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const EXPECTED: &str = "a whole number with ms, s, min, h or d, for example 5s, or 0 for none; at most 24d";

impl TimeLimit {
    /// No limit, also where the service sets one for all tenants.
    pub const NONE: Self = Self(0);

    /// As long as this, in whole milliseconds.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] for what is shorter than a millisecond, and for more than PostgreSQL can count (24 days).
    pub fn of(duration: Duration) -> Result<Self, BadLimit> {
        match i32::try_from(duration.as_millis()) {
            Ok(milliseconds @ 1..) => Ok(Self(milliseconds)),
            _ => Err(BadLimit { text: format!("{duration:?}"), expected: EXPECTED }),
        }
    }

    /// As the registry has it, where somebody may have written a number of milliseconds.
    pub(super) fn from_setting(text: &str) -> Result<Self, BadLimit> {
        Self::read(text, true)
    }

    fn read(text: &str, bare: bool) -> Result<Self, BadLimit> {
        quantity::read(text, UNITS, bare)
            .map(Self)
            .ok_or_else(|| BadLimit { text: text.to_owned(), expected: EXPECTED })
    }
}

impl FromStr for TimeLimit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        Self::read(text, false)
    }
}

impl TryFrom<String> for TimeLimit {
    type Error = BadLimit;

    fn try_from(text: String) -> Result<Self, BadLimit> {
        text.parse()
    }
}

impl From<TimeLimit> for String {
    fn from(limit: TimeLimit) -> Self {
        limit.to_string()
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quantity::write(self.0, UNITS))
    }
}
