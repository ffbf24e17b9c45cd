use std::fmt;

use serde::Serialize;

/// A migration as it is linted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationText<'a> {
    /// Its directory's name.
    pub name: &'a str,
    /// What stands in `up.sql`.
    pub up: &'a str,
    /// What stands in `down.sql`, if there is one.
    pub down: Option<&'a str>,
    /// Whether it runs inside a transaction.
    pub transactional: bool,
}

/// One of a migration's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum File {
    /// `up.sql`
    #[serde(rename = "up.sql")]
    Up,
    /// `down.sql`
    #[serde(rename = "down.sql")]
    Down,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up.sql",
            Self::Down => "down.sql",
        })
    }
}
