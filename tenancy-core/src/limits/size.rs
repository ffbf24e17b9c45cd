use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::quantity::{self, BadLimit, Units};

/// How much memory or disk something may take, in whole kilobytes of 1024 bytes.
///
/// ```
/// use tenancy_core::limits::SizeLimit;
/// let limit: SizeLimit = "65536kB".parse().unwrap();
/// assert_eq!(limit.to_string(), "64MB");
/// assert_eq!("-1".parse::<SizeLimit>().unwrap(), SizeLimit::NONE);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SizeLimit(i32);

const UNITS: &Units = &[("kB", 1), ("MB", 1 << 10), ("GB", 1 << 20), ("TB", 1 << 30)];
const EXPECTED: &str =
    "a whole number with kB, MB, GB or TB, for example 64MB; or -1 for none; less than 2TB";

impl SizeLimit {
    /// No limit, for what knows none (`temp_file_limit`), also where the service sets one for all tenants.
    pub const NONE: Self = Self(-1);

    /// As the registry has it, where somebody may have written a number of kilobytes.
    pub(super) fn from_setting(text: &str) -> Result<Self, BadLimit> {
        Self::read(text, true)
    }

    fn read(text: &str, bare: bool) -> Result<Self, BadLimit> {
        if text.trim() == "-1" {
            return Ok(Self::NONE);
        }
        quantity::read(text, UNITS, bare)
            .map(Self)
            .ok_or_else(|| BadLimit { text: text.to_owned(), expected: EXPECTED })
    }
}

impl FromStr for SizeLimit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        Self::read(text, false)
    }
}

impl TryFrom<String> for SizeLimit {
    type Error = BadLimit;

    fn try_from(text: String) -> Result<Self, BadLimit> {
        text.parse()
    }
}

impl From<SizeLimit> for String {
    fn from(limit: SizeLimit) -> Self {
        limit.to_string()
    }
}

impl fmt::Display for SizeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quantity::write(self.0, UNITS))
    }
}
