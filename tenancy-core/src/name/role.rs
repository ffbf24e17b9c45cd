use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ident, NameError, plain};

/// A role of PostgreSQL that this library made: a tenant's, or a login that serves tenants.
///
/// Text form: `^[a-z0-9_]+$`, at most 63 bytes, none of PostgreSQL's own (`pg_`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

impl RoleName {
    /// Parses a role's name.
    ///
    /// # Errors
    ///
    /// A [`NameError`] that says which rule `name` breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        plain::check(name)?;
        Ok(Self(name.to_owned()))
    }

    /// The role's name, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The role's name as an identifier in SQL.
    pub fn ident(&self) -> Ident<'_> {
        Ident::new(&self.0)
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for RoleName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::parse(name)
    }
}

impl TryFrom<String> for RoleName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::parse(&name)
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> String {
        name.0
    }
}
